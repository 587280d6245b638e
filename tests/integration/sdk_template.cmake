# SPDX-License-Identifier: Apache-2.0
# The template of the SDK, built as its users build it. Included by tests/unit/sdk.
add_executable(sdk_template_run ${CMAKE_CURRENT_LIST_DIR}/sdk_template_run.c)
target_link_libraries(sdk_template_run PRIVATE sdk_test_support ${CMAKE_DL_LIBS})
set_target_properties(sdk_template_run PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
add_test(NAME sdk_template COMMAND ${CMAKE_CURRENT_LIST_DIR}/sdk_template.sh ${PROJECT_BINARY_DIR}
  $<TARGET_FILE:sdk_template_run> $<$<BOOL:${REEVE_SANITIZE}>:-fsanitize=address,undefined>)
set_tests_properties(sdk_template PROPERTIES LABELS sdk TIMEOUT 300 COST 300)
