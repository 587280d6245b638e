# SPDX-License-Identifier: Apache-2.0
# One static library a folder. Its headers are seen as "<folder>/x.h" through a directory that
# holds a link to this folder alone, and only by targets that link the library: an include from
# a floor above does not compile.

# The topic of a folder's lines in the log (core/base/log.h).
set(reeve_topics "queue=QUEUE" "store=STORE" "api=API" "tls=API" "auth=AUTH" "host=HOST" "inventory=REFRESH"
  "keeping=STORE" "db=STORE" "settings=SETTINGS" "home=SUPERVISOR" "server=WORKER"
  "event=EVENT" "catcher=EVENT" "datastore=AUTOMATE" "automate=AUTOMATE")

# reeve_folder(NAME SOURCES a.c ... [LINK target ...])  ->  target rv_NAME
function(reeve_folder name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  set(roof ${PROJECT_BINARY_DIR}/include/${name})
  file(MAKE_DIRECTORY ${roof})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${roof}/${name} SYMBOLIC)
  add_library(rv_${name} STATIC ${ARG_SOURCES})
  target_include_directories(rv_${name} PUBLIC ${roof})
  target_link_libraries(rv_${name} PUBLIC ${ARG_LINK})
  foreach(topic ${reeve_topics})
    if(topic MATCHES "^${name}=(.*)$")
      target_compile_definitions(rv_${name} PRIVATE RV_LOG_FOLDER_TOPIC=RV_TOPIC_${CMAKE_MATCH_1})
    endif()
  endforeach()
endfunction()

# reeve_module(NAME FOLDER MAP SOURCES a.c ... [LINK target ...])  ->  lib/reeve/NAME.so, which exports what
# cmake/MAP.map says and sees the headers of FOLDER alone. It has its own copy of what is stateless in the libraries
# that it links. rv_FOLDER loads it.
function(reeve_module name folder map)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_library(${name} MODULE ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_BINARY_DIR}/include/${folder})
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
  target_link_options(${name} PRIVATE
    -Wl,--version-script=${PROJECT_SOURCE_DIR}/cmake/${map}.map
    $<$<NOT:$<BOOL:${REEVE_SANITIZE}>>:-Wl,--no-undefined>)
  set_target_properties(${name} PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${REEVE_MODULE_OUTPUT}
    LINK_DEPENDS ${PROJECT_SOURCE_DIR}/cmake/${map}.map)
  add_dependencies(rv_${folder} ${name})
  install(TARGETS ${name} LIBRARY DESTINATION ${REEVE_MODULE_DIR})
endfunction()

# reeve_provider(NAME SOURCES a.c ...)  ->  lib/reeve/NAME.so, which exports one symbol
function(reeve_provider name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_library(provider_${name} MODULE ${ARG_SOURCES})
  target_link_libraries(provider_${name} PRIVATE reeve-sdk ${ARG_LINK})
  target_link_options(provider_${name} PRIVATE
    -Wl,--version-script=${PROJECT_SOURCE_DIR}/cmake/provider.map
    $<$<NOT:$<BOOL:${REEVE_SANITIZE}>>:-Wl,--no-undefined>)
  set_target_properties(provider_${name} PROPERTIES PREFIX "" OUTPUT_NAME ${name}
    LIBRARY_OUTPUT_DIRECTORY ${REEVE_MODULE_OUTPUT}/providers
    LINK_DEPENDS ${PROJECT_SOURCE_DIR}/cmake/provider.map)
  install(TARGETS provider_${name} LIBRARY DESTINATION ${REEVE_MODULE_DIR}/providers)
endfunction()

# reeve_test(NAME SOURCES a.c ... [LINK target ...] [LABELS l ...] [ENV K=V ...])  ->  a cmocka program
function(reeve_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LINK;LABELS;ENV" ${ARGN})
  add_executable(test_${name} ${ARG_SOURCES})
  target_link_libraries(test_${name} PRIVATE ${ARG_LINK} PkgConfig::CMOCKA)
  target_compile_definitions(test_${name} PRIVATE
    REEVE_SOURCE_DIR="${PROJECT_SOURCE_DIR}" REEVE_BINARY_DIR="${PROJECT_BINARY_DIR}"
    REEVE_MODULES="${REEVE_MODULE_OUTPUT}")
  set_target_properties(test_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND test_${name})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}"
    ENVIRONMENT "${ARG_ENV}")
endfunction()
