#include "io/results/detail/hdf5.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "io/results/damaged_file.hpp"

namespace vcohort::detail {
namespace {

std::recursive_mutex library_mutex;

herr_t keep_description(unsigned, const H5E_error2_t* error, void* text) {
  if (error->desc != nullptr) *static_cast<std::string*>(text) = error->desc;
  return 1;  // the innermost record is enough
}

/// The innermost reason of the last failure. Where the operating system spoke, its words alone: "No space left on
/// device".
std::string innermost_reason() {
  std::string reason;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_description, &reason);
  const std::string_view mark = "error message = '";
  if (const auto begin = reason.find(mark); begin != std::string::npos) {
    const auto first = begin + mark.size();
    if (const auto end = reason.find('\'', first); end != std::string::npos) reason = reason.substr(first, end - first);
  }
  return reason.empty() ? "HDF5 gives no reason" : reason;
}

}  // namespace

LibraryGuard::LibraryGuard() : lock_(library_mutex) {
  // At the end of the program HDF5 would close what a damaged file made it lose track of, and complain on the terminal.
  // All that matters has been closed by then.
  [[maybe_unused]] static const herr_t no_clean_up = H5dont_atexit();
  H5Eget_auto2(H5E_DEFAULT, &printer_, &printer_data_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

LibraryGuard::~LibraryGuard() {
  H5Eset_auto2(H5E_DEFAULT, printer_, printer_data_);
}

void fail(const Context& context, std::string_view what, std::string_view why) {
  const bool reading = context.access == Context::Access::read;
  const std::string text =
      explain(fmt::format("cannot {} in '{}'", what, context.file.string()),
              why.empty() ? innermost_reason() : std::string(why),
              reading ? "the file is damaged, or no result of vcohort; restore it or run the study again"
                      : "check the free space and the permissions of its folder");
  if (reading) throw DamagedFile(text);
  throw StorageFailure(text);
}

TypeHandle text_type(std::size_t length, const Context& context) {
  TypeHandle type(check(H5Tcopy(H5T_C_S1), context, "make a text type"));
  check(H5Tset_size(type.id(), std::max<std::size_t>(length, 1)), context, "size a text type");
  check(H5Tset_strpad(type.id(), H5T_STR_NULLPAD), context, "pad a text type");
  check(H5Tset_cset(type.id(), H5T_CSET_UTF8), context, "make a text type UTF-8");
  return type;
}

}  // namespace vcohort::detail
