# Writes OUTPUT from INPUT with the revision of the sources, and only when it changed, so that nothing is rebuilt for nothing.
execute_process(COMMAND git describe --always --dirty --abbrev=12 --match= WORKING_DIRECTORY ${SOURCE}
  OUTPUT_VARIABLE VCOHORT_GIT_REVISION OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT VCOHORT_GIT_REVISION)
  set(VCOHORT_GIT_REVISION unknown)
endif()
configure_file(${INPUT} ${OUTPUT} @ONLY)
