# Fails if an object file compiled for AVX2 or AVX-512 defines a symbol outside its own namespace: the linker could take
# that copy for the whole program, which would then stop on an older processor.
file(STRINGS ${LIST} lines)
set(checked 0)
foreach(object IN LISTS lines)
  if(NOT object MATCHES "_(avx2|avx512)\\.dir/" OR NOT EXISTS ${object})
    continue()
  endif()
  set(namespace "vcohort::([a-z_]+::)*${CMAKE_MATCH_1}::")
  execute_process(COMMAND ${NM} --demangle --extern-only --defined-only ${object}
                  OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE ";" "," symbols "${symbols}")
  string(REPLACE "\n" ";" symbols "${symbols}")
  foreach(symbol IN LISTS symbols)
    if(NOT symbol STREQUAL "" AND (NOT symbol MATCHES "${namespace}" OR symbol MATCHES " [WVu] "))
      message(SEND_ERROR "${object}: ${symbol} "
                         "(not confined to ${namespace}) inline it always, or move it into the namespace")
    endif()
  endforeach()
  math(EXPR checked "${checked} + 1")
endforeach()
message(STATUS "${checked} object files checked")
