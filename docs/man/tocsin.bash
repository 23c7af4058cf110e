# Completion of tocsin(1): what may follow is asked of tocsin itself.
_tocsin()
{
    local word=${COMP_WORDS[COMP_CWORD]} before=()
    local i
    for ((i = 1; i < COMP_CWORD && ${#before[@]} < 2; i++)); do
        [[ ${COMP_WORDS[i]} == -* ]] || before+=("${COMP_WORDS[i]}")
    done
    [ "${before[0]:-}" = help ] && before=("${before[@]:1}")
    [ "${before[0]:-}" = try ] || before=("${before[@]:0:1}")
    case ${COMP_WORDS[COMP_CWORD - 1]} in
    --config | --out | --password-file | --rules | --database)
        COMPREPLY=()
        return
        ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W \
        "$(tocsin help --words "${before[@]}" 2>/dev/null)" -- "$word")
}
complete -o bashdefault -o default -F _tocsin tocsin
