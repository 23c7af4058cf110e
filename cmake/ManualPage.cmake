# One manual page: FROM (Markdown) → TO, by lowdown.  See Manual.cmake.
file(READ ${FROM} text)
if(SUMMARY)
  set(text "# Name\n\n${NAME} - ${SUMMARY}\n\n${text}")
endif()
# A link to another document leads nowhere in a manual page.
string(REGEX REPLACE "\\[([^]]*)\\]\\([^):]*\\.md[^)]*\\)" "\\1" text "${text}")
file(WRITE ${TO}.md "${text}")
execute_process(
  COMMAND ${LOWDOWN} -s -tman --parse-no-intraemph -m title=${TITLE}
    -m section=${SECTION} "-m" "source=tocsin ${VERSION}" -o ${TO} ${TO}.md
  RESULT_VARIABLE result ERROR_VARIABLE said)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${FROM} does not become a manual page: ${said}")
endif()
