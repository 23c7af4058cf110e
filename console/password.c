/*
 * password: which passwords are too common to be taken.
 *
 * No list of leaked passwords is shipped.  What such lists consist of is a
 * small stock of words with something put before or behind them, letters
 * replaced by figures, walks over the keyboard, dates and repetitions; so a
 * password is reduced to what it is made of, and refused when too little is
 * left.  Each word of the stock stands for some hundred passwords.
 */
#include <string.h>

#include "base/utf8.h"
#include "console/auth.h"

enum {
    PASSWORD_MAX_CORE = 64,     /* longer ones are not looked into */
    PASSWORD_MIN_DIFFERENT = 5, /* characters */
    PASSWORD_MIN_DIGITS = 14,   /* of digits alone: longer than a telephone */
    PASSWORD_MIN_WALK = 6,      /* steps of a walk that count as one */
    PASSWORD_MIN_LEFT = 5       /* besides a word, a walk and figures */
};

/* The stock: what people choose, here and elsewhere, after letters that were
 * replaced are put back. */
static const char *const words[] = {"password", "passwort", "passwd", "pass",
    "admin", "administrator", "root", "user", "guest", "test", "demo", "temp",
    "default", "changeme", "changeit", "welcome", "letmein", "login", "master",
    "manager", "service", "server", "system", "support", "secret", "access",
    "monkey", "dragon", "sunshine", "princess", "football", "baseball",
    "basketball", "superman", "batman", "iloveyou", "loveyou", "lovely",
    "shadow", "michael", "jordan", "jennifer", "charlie", "daniel", "jessica",
    "ashley", "michelle", "nicole", "andrew", "thomas", "robert", "matthew",
    "george", "samsung", "google", "apple", "microsoft", "windows", "computer",
    "internet", "freedom", "whatever", "trustno", "starwars", "pokemon",
    "killer", "hunter", "ranger", "soccer", "hockey", "summer", "winter",
    "spring", "autumn", "january", "february", "october", "november",
    "december", "monday", "friday", "sunday", "flower", "cookie", "cheese",
    "chocolate", "banana", "orange", "purple", "silver", "golden", "diamond",
    "tiger", "lion", "eagle", "maggie", "buster", "ginger", "pepper", "hello",
    "helloworld", "nihao", "woaini", "woaiwojia", "aini", "wangyut", "zhongguo",
    "beijing", "shanghai", "guangzhou", "shenzhen", "chengdu", "china", "mima",
    "mimashi", "guanli", "guanliyuan", "yonghu", "xitong", "ceshi", "qwe",
    "qwer", "qwert", "qwerty", "qwertyuiop", "qaz", "wsx", "asd", "asdf",
    "asdfgh", "asdfghjkl", "zxc", "zxcv", "zxcvbn", "zxcvbnm", "abc", "abcd",
    "aaa", "xxx", "zzz", "jiaoyu", "jiaoyuju", "xuexiao", "xuesheng", "laoshi",
    "school", "student", "teacher", "education", "tocsin", "tocsind",
    "security", "company", "office", "family", "mother", "father", "baby",
    "angel", "forever", "money", "happy", "lucky", "crazy", "sexy", "fuckyou",
    "fuck", "naruto", "anhyeuem", "contrasena", "motdepasse", "azerty",
    "bonjour", "soleil", "hallo", "schatz", "ficken", "parola", "privet",
    "wachtwoord", "senha", "database", "oracle", "mysql", "cisco", "linux",
    "ubuntu", "debian", "raspberry", "huawei", "xiaomi", "tencent", "alibaba",
    "baidu", "weixin"};

/* Rows of keyboards, and the two sequences; walked either way. */
static const char *const rows[] = {"1234567890", "qwertyuiop", "asdfghjkl",
    "zxcvbnm", "abcdefghijklmnopqrstuvwxyz", "0987654321",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "1q2w3e4r5t6y7u8i9o0p",
    "qazwsxedcrfvtgbyhnujm", "q1w2e3r4t5y6u7i8o9p0", "qawsedrftgyh",
    "azertyuiop", "qsdfghjklm"};

/* What figures and signs stand for; 0: nothing. */
static char
letter_of(char c)
{
    static const char from[] = "@4831!|0$57+2", to[] = "aabeiilossttz";
    const char *at = c ? strchr(from, c) : NULL;

    return at ? to[at - from] : 0;
}

/* A byte of any other script is a letter too. */
static bool
is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

/* Whether a walk of n characters at text is on one of the rows. */
static bool
is_walk(const char *text, size_t n)
{
    char part[PASSWORD_MAX_CORE + 1], back[PASSWORD_MAX_CORE + 1];

    for (size_t i = 0; i < n; i++) {
        part[i] = text[i];
        back[i] = text[n - 1 - i];
    }
    part[n] = back[n] = '\0';
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strstr(rows[i], part) || strstr(rows[i], back))
            return true;
    return false;
}

/* Characters that are left when walks and runs of one character are taken out
 * of text. */
static size_t
left_of_walks(const char *text, size_t n)
{
    size_t left = 0, at = 0;

    while (at < n) {
        size_t long_walk = 0, run = 1;

        while (at + run < n && text[at + run] == text[at])
            run++;
        for (size_t len = n - at; len >= 3 && !long_walk; len--)
            if (is_walk(text + at, len))
                long_walk = len;
        if (run >= 3 && run > long_walk)
            long_walk = run;
        left += long_walk ? 0 : 1;
        at += long_walk ? long_walk : 1;
    }
    return left;
}

/* Whether core, of letters, is one or two words of the stock. */
static bool
is_stock(const char *core, size_t n)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t len = strlen(words[i]);

        if (len > n || memcmp(words[i], core, len) != 0)
            continue;
        if (len == n)
            return true;
        for (size_t k = 0; k < sizeof words / sizeof *words; k++)
            if (strlen(words[k]) == n - len &&
                memcmp(words[k], core + len, n - len) == 0)
                return true;
    }
    return false;
}

/* The letters of text from the first to the last of them, figures within put
 * back to letters; what stands before and behind is not counted. */
static bool
is_decorated_word(const char *text, size_t n)
{
    char core[PASSWORD_MAX_CORE];
    size_t first = 0, last = n, used = 0;

    while (first < n && !is_letter(text[first]) && !letter_of(text[first]))
        first++;
    while (last > first && !is_letter(text[last - 1]))
        last--;
    for (size_t skip = first; skip < last; skip++) {
        if (skip > first && is_letter(text[skip - 1]))
            break; /* only figures may be left out at the front */
        used = 0;
        for (size_t i = skip; i < last; i++) {
            char c = is_letter(text[i]) ? text[i] : letter_of(text[i]);

            if (c)
                core[used++] = c;
        }
        if (used > 0 && is_stock(core, used))
            return true;
    }
    return false;
}

/* The letters alone, wherever they stand: "123abc456". */
static bool
is_scattered_word(const char *text, size_t n)
{
    char core[PASSWORD_MAX_CORE];
    size_t used = 0, others = 0;

    for (size_t i = 0; i < n; i++) {
        if (is_letter(text[i]))
            core[used++] = text[i];
        else
            others++;
    }
    return used > 0 && (is_stock(core, used) || (used <= 2 && others < 10));
}

static bool
is_made_of_little(struct str password)
{
    bool seen[256] = {false};
    size_t different = 0, digits = 0;

    for (size_t i = 0; i < password.n; i++) {
        unsigned char c = (unsigned char)password.p[i];

        different += !seen[c];
        seen[c] = true;
        digits += c >= '0' && c <= '9';
    }
    return different < PASSWORD_MIN_DIFFERENT ||
           (digits == password.n && password.n < PASSWORD_MIN_DIGITS);
}

/* "abababab": a part that is said again and again. */
static bool
is_repetition(const char *text, size_t n)
{
    for (size_t part = 1; part <= n / 2; part++) {
        size_t i = part;

        while (i < n && text[i] == text[i - part])
            i++;
        if (i == n && part < PASSWORD_MIN_WALK)
            return true;
    }
    return false;
}

bool
auth_password_is_common(struct str password, struct str name)
{
    char text[PASSWORD_MAX_CORE + 1];
    size_t n = password.n;

    if (is_made_of_little(password))
        return true;
    if (name.n >= 4 && password.n < name.n + PASSWORD_MIN_LEFT + 1 &&
        str_starts_nocase(password, name))
        return true;
    if (n > PASSWORD_MAX_CORE)
        return false;
    for (size_t i = 0; i < n; i++)
        text[i] = password.p[i] >= 'A' && password.p[i] <= 'Z'
                      ? (char)(password.p[i] - 'A' + 'a')
                      : password.p[i];
    text[n] = '\0';
    return is_decorated_word(text, n) || is_scattered_word(text, n) ||
           is_repetition(text, n) || left_of_walks(text, n) < PASSWORD_MIN_LEFT;
}

const char *
auth_password_fault(struct str password, struct str name)
{
    if (!utf8_is_valid(password) || password.n > AUTH_PASSWORD_MAX_BYTES)
        return "password_long";
    if (utf8_count(password) < AUTH_PASSWORD_MIN)
        return "password_short";
    return auth_password_is_common(password, name) ? "password_common" : NULL;
}
