# Bash completion of vcohort: verbs, options and names are those that the program itself says, so that none is forgotten.
_vcohort() {
  local word=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]:-} program=${COMP_WORDS[0]} words=
  if ((COMP_CWORD == 1)); then
    words=$("$program" --help 2>/dev/null | sed -n '/^Verbs:/,/^$/s/^  \([a-z]*\) .*/\1/p')' --help --version'
  elif [[ $word == -* ]]; then
    words=$("$program" "$verb" --help 2>/dev/null | sed -n 's/^  \(-[a-z],\)\{0,1\}\(--[a-z-]*\).*/\2/p')
  elif [[ $verb == scenarios && $COMP_CWORD -eq 2 ]]; then
    words='list show copy'
  elif [[ $verb =~ ^(run|check|size|boundaries|replay|claims|replicate|calibrate|scenarios|analyze)$ ]]; then
    words=$("$program" scenarios list 2>/dev/null | sed -n 's/^  \([^ ]*\) .*/\1/p')
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word"; [[ $word == -* || $COMP_CWORD -eq 1 ]] || compgen -f -- "$word")
}
complete -o filenames -F _vcohort vcohort
