# SPDX-License-Identifier: Apache-2.0
# Language level, warnings, sanitizers, hardening.
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(REEVE_MODULE_OUTPUT ${PROJECT_BINARY_DIR}/lib/reeve)
set(REEVE_MODULE_DIR ${CMAKE_INSTALL_LIBDIR}/reeve)

add_compile_definitions(_GNU_SOURCE)
add_compile_options(-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes
  -Wold-style-definition -Wvla -Wformat=2 -Wundef -Wwrite-strings -Wcast-qual -Wpointer-arith
  -Wimplicit-fallthrough -ffile-prefix-map=${PROJECT_SOURCE_DIR}=.)
if(CMAKE_C_COMPILER_ID STREQUAL GNU)
  add_compile_options(-Wlogical-op -Wduplicated-cond -Wduplicated-branches)
endif()
if(REEVE_WERROR)
  add_compile_options(-Werror)
endif()
if(REEVE_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  # Programs at a fixed address: the sanitizers' tables hold so many pointers that to relocate them is a third of what
  # it costs to start a process, and servers under test start thousands.
  add_link_options(-fsanitize=address,undefined "$<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-no-pie>")
endif()
if(REEVE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
  add_link_options(-fsanitize=fuzzer-no-link)
endif()
if(CMAKE_BUILD_TYPE STREQUAL Release OR CMAKE_BUILD_TYPE STREQUAL RelWithDebInfo)
  add_compile_options(-fstack-protector-strong -fstack-clash-protection -fno-strict-overflow
    -fno-delete-null-pointer-checks)
  add_compile_definitions(_FORTIFY_SOURCE=2)
  add_link_options(-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--as-needed)
endif()
find_program(REEVE_CCACHE ccache)
if(REEVE_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${REEVE_CCACHE})
endif()
