# One static library per folder, and an include path that holds only the
# folders it may include.  `#include "feeds/item.h"` compiles in a layer only
# when `feeds` (or `feeds-types`) is in its API or USES list, because that is
# the only way build/layers/<name>/ gets on its include path.  The table is in
# the top CMakeLists.txt; tests/layering reads the sources and checks the same
# table a second way.

# tocsin_types(feeds item.h source.h): the part of a folder that the folders
# before it on the road may see: types, no functions with bodies elsewhere.
function(tocsin_types name)
  set(dir ${CMAKE_BINARY_DIR}/layers/${name}-types/${name})
  file(MAKE_DIRECTORY ${dir})
  foreach(h IN LISTS ARGN)
    file(CREATE_LINK ${CMAKE_SOURCE_DIR}/${name}/${h} ${dir}/${h} SYMBOLIC)
  endforeach()
  add_library(toc_${name}_types INTERFACE)
  target_include_directories(toc_${name}_types INTERFACE
    ${CMAKE_BINARY_DIR}/layers/${name}-types)
endfunction()

# tocsin_layer(NAME SOURCES … API … USES … LIBS …): API layers may appear in
# this layer's headers and are passed on; USES layers only in its sources.
function(tocsin_layer name)
  cmake_parse_arguments(L "" "" "SOURCES;API;USES;LIBS" ${ARGN})
  set(dir ${CMAKE_BINARY_DIR}/layers/${name})
  file(MAKE_DIRECTORY ${dir})
  file(CREATE_LINK ${CMAKE_SOURCE_DIR}/${name} ${dir}/${name} SYMBOLIC)
  add_library(toc_${name} STATIC ${L_SOURCES})
  target_include_directories(toc_${name} PUBLIC ${dir})
  foreach(l IN LISTS L_API)
    string(REPLACE "-types" "_types" t ${l})
    target_link_libraries(toc_${name} PUBLIC toc_${t})
  endforeach()
  foreach(l IN LISTS L_USES)
    string(REPLACE "-types" "_types" t ${l})
    target_link_libraries(toc_${name} PRIVATE toc_${t})
  endforeach()
  target_link_libraries(toc_${name} PRIVATE toc_flags ${L_LIBS})
endfunction()

# tocsin_test(NAME SOURCES … LAYERS … LIBS … LABEL unit|golden|… TIMEOUT s):
# a cmocka program linked with the named layers only, so that a hidden upward
# call shows as an undefined symbol.
function(tocsin_test name)
  cmake_parse_arguments(T "" "LABEL;TIMEOUT" "SOURCES;LAYERS;LIBS;ARGS" ${ARGN})
  if(NOT T_LABEL)
    set(T_LABEL unit)
  endif()
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 60)
  endif()
  if(TOCSIN_SANITIZE)
    math(EXPR T_TIMEOUT "${T_TIMEOUT} * 4") # a few times slower there
  endif()
  add_executable(test_${name} ${T_SOURCES})
  foreach(l IN LISTS T_LAYERS)
    target_link_libraries(test_${name} PRIVATE toc_${l})
  endforeach()
  target_link_libraries(test_${name} PRIVATE toc_flags PkgConfig::CMOCKA ${T_LIBS})
  target_compile_definitions(test_${name} PRIVATE
    TESTS_DIR="${CMAKE_SOURCE_DIR}/tests" SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  add_test(NAME ${name} COMMAND test_${name} ${T_ARGS})
  set_tests_properties(${name} PROPERTIES LABELS ${T_LABEL} TIMEOUT ${T_TIMEOUT}
    SKIP_RETURN_CODE 77)
endfunction()
