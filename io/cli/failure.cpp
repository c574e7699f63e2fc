#include "io/cli/failure.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <new>

#include "engine/numeric/errors.hpp"
#include "io/cli/command_line.hpp"

namespace vcohort {

Failure failure_of(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const Ended& ended) {
    return {ended.status, ""};
  } catch (const CommandLineError& error) {
    return {ExitStatus::command_line, error.what()};
  } catch (const InvalidInput& error) {
    return {ExitStatus::invalid_input, error.what()};
  } catch (const StorageFailure& error) {
    return {ExitStatus::storage, error.what()};
  } catch (const NumericalFailure& error) {
    return {ExitStatus::numerical_failure, error.what()};
  } catch (const std::bad_alloc&) {
    return {ExitStatus::numerical_failure,
            "out of memory (the tallies of every thread, and the patients of its trial, do not fit) ask for fewer "
            "threads, strata, endpoints or strategies, or for smaller trials"};
  } catch (const std::filesystem::filesystem_error& error) {  // a loop of links, a name that is too long
    return {ExitStatus::storage, explain(fmt::format("cannot use '{}'", error.path1().string()), error.code().message(),
                                         "name another file")};
  } catch (const std::exception& error) {
    return {ExitStatus::internal_error, error.what()};
  }
}

}  // namespace vcohort
