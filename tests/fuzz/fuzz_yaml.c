/* yaml_parse, and every reader on every node of the tree. */
#include "base/yaml.h"
#include "fuzz.h"

enum { MANY_NODES = 4096 };

static void
read_node(const struct ynode *node, struct toc_errors *errors)
{
    static const char *const keys[] = {"id", "title", "url", NULL};
    int64_t i;
    double d;
    bool b;
    struct str s;

    HOLD(node->line >= 1 && node->column >= 1);
    if (yaml_bool(node, "f", errors, &b) == 0)
        HOLD(node->type == YAML_SCALAR && !node->quoted);
    if (yaml_int(node, "f", errors, -5, 500, &i) == 0)
        HOLD(i >= -5 && i <= 500 && !node->quoted);
    if (yaml_double(node, "f", errors, 0, 1, &d) == 0)
        HOLD(d >= 0 && d <= 1);
    if (yaml_duration(node, "f", errors, 1000, MS_DAY, &i) == 0)
        HOLD(i >= 1000 && i <= MS_DAY);
    if (yaml_size(node, "f", errors, 1, 1 << 30, &i) == 0)
        HOLD(i >= 1 && i <= 1 << 30);
    if (yaml_str(node, "f", errors, &s) == 0)
        HOLD(node->type == YAML_SCALAR && str_eq(s, node->text));
    yaml_check_keys(node, "f", errors, keys);
    (void)yaml_get(node, "id");
    (void)yaml_label(node);
    (void)yaml_is_null(node);
}

/* Walk the tree breadth first: a queue of nodes whose children come next. */
static void
walk(struct arena *arena, const struct ynode *root, struct toc_errors *errors)
{
    const struct ynode **queue =
        ARENA_ARRAY(arena, MANY_NODES, const struct ynode *);
    size_t n = 1;

    HOLD(queue != NULL);
    queue[0] = root;
    for (size_t i = 0; i < n; i++) {
        size_t children = 0;

        read_node(queue[i], errors);
        for (const struct ynode *c = queue[i]->first; c; c = c->next) {
            children++;
            HOLD((queue[i]->type == YAML_MAP) == (c->key != NULL));
            if (n < MANY_NODES)
                queue[n++] = c;
        }
        HOLD(children == queue[i]->count);
    }
}

void
fuzz_yaml(struct str input)
{
    struct arena *arena = fuzz_arena();
    struct toc_errors errors = {.n = 0};
    struct ynode *root = NULL;
    int err = yaml_parse(arena, "f", input, &errors, &root);

    HOLD((err != 0) == toc_errors_any(&errors));
    if (err == 0 && root)
        walk(arena, root, &errors);
    toc_errors_done(&errors);
    arena_free(arena);
}
