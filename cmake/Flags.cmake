# Warnings and hardening of every file of ours.  Each flag was accepted by gcc
# 12 and clang 14; those only one of them knows stand in that one's list.
add_library(toc_flags INTERFACE)
target_compile_features(toc_flags INTERFACE c_std_17)
target_compile_definitions(toc_flags INTERFACE _GNU_SOURCE)
target_compile_options(toc_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wcast-qual
  -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wformat=2
  -Wundef -Wvla -Walloca -Wwrite-strings -Wpointer-arith -Wimplicit-fallthrough
  -Wswitch-enum -Wnull-dereference -Wdouble-promotion -Wdate-time
  -Werror=implicit-function-declaration -Werror=incompatible-pointer-types
  -Werror=int-conversion -Werror=return-type
  -fstack-protector-strong -fstack-clash-protection -fno-common
  -fno-strict-aliasing -fno-delete-null-pointer-checks -fvisibility=hidden
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}=. -ffile-prefix-map=${CMAKE_BINARY_DIR}=build)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  target_compile_options(toc_flags INTERFACE
    -Wcast-align=strict -Wformat-signedness -Wlogical-op -Wduplicated-cond
    -Wduplicated-branches -Wtrampolines -Walloc-zero -Wjump-misses-init
    -Wstringop-overflow=4 -Wformat-truncation=2 -ftrivial-auto-var-init=zero)
else()
  target_compile_options(toc_flags INTERFACE
    -Wcast-align -Wassign-enum -Wcomma -Wconditional-uninitialized
    -Wmissing-variable-declarations -Wunreachable-code
    # The INIT macros of protobuf-c cast a const away where they are used; gcc
    # knows that they are not ours, and checks the rest.
    -Wno-cast-qual
    -Wno-gnu-zero-variadic-macro-arguments)
endif()
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|amd64")
  target_compile_options(toc_flags INTERFACE -fcf-protection=full)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64")
  target_compile_options(toc_flags INTERFACE -mbranch-protection=standard)
endif()
if(TOCSIN_WERROR)
  target_compile_options(toc_flags INTERFACE -Werror)
endif()
if(TOCSIN_SANITIZE)
  target_compile_options(toc_flags INTERFACE -fsanitize=${TOCSIN_SANITIZE}
    -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  target_link_options(toc_flags INTERFACE -fsanitize=${TOCSIN_SANITIZE})
else()
  target_compile_options(toc_flags INTERFACE
    $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE> $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=3>)
endif()
target_link_options(toc_flags INTERFACE
  -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,separate-code
  -Wl,--as-needed -Wl,--build-id=sha1)
