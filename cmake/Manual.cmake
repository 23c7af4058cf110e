# Manual pages and completion, made of what the program and the documents say,
# so that they cannot say anything else: tocsin(1) of the table of commands,
# tocsin.yaml(5) and tocsin-rules(5) of the documents that tests hold in step
# with the code, tocsind(8) of docs/man.  lowdown makes them; without it they
# are left out, and packing refuses.
find_program(LOWDOWN lowdown)
set(TOCSIN_MANUALS "")

# manual(NAME SECTION FILE [SUMMARY]): NAME.SECTION of FILE; SUMMARY where the
# file has no chapter "Name" of its own.
function(manual name section file)
  set(page ${CMAKE_BINARY_DIR}/man/${name}.${section})
  string(TOUPPER ${name} title)
  add_custom_command(OUTPUT ${page}
    COMMAND ${CMAKE_COMMAND} -DLOWDOWN=${LOWDOWN} -DFROM=${file} -DTO=${page}
      -DTITLE=${title} -DNAME=${name} -DSECTION=${section} "-DSUMMARY=${ARGN}"
      -DVERSION=${PROJECT_VERSION} -P ${CMAKE_SOURCE_DIR}/cmake/ManualPage.cmake
    DEPENDS ${file} ${CMAKE_SOURCE_DIR}/cmake/ManualPage.cmake
    VERBATIM COMMENT "Manual page ${name}(${section})")
  install(FILES ${page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
  set(TOCSIN_MANUALS ${TOCSIN_MANUALS} ${page} PARENT_SCOPE)
endfunction()

install(FILES ${CMAKE_SOURCE_DIR}/docs/man/tocsin.bash
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME tocsin)
if(NOT LOWDOWN)
  message(STATUS "lowdown is not installed: no manual pages are made")
  return()
endif()

set(commands ${CMAKE_BINARY_DIR}/man/tocsin.md)
add_custom_command(OUTPUT ${commands}
  COMMAND tocsin help --manual > ${commands}
  DEPENDS tocsin VERBATIM COMMENT "What tocsin says of its commands")
manual(tocsin 1 ${commands})
manual(tocsind 8 ${CMAKE_SOURCE_DIR}/docs/man/tocsind.md)
manual(tocsin.yaml 5 ${CMAKE_SOURCE_DIR}/docs/configuration.md
  "the configuration of the alarm daemon tocsind")
manual(tocsin-rules 5 ${CMAKE_SOURCE_DIR}/docs/rules.md
  "the language of watch rules")
add_custom_target(manuals ALL DEPENDS ${TOCSIN_MANUALS})
