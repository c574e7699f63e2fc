#pragma once
#include <hdf5.h>

#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

/// HDF5's C interface behind handles that close themselves and errors that are exceptions. Only io/results includes
/// this.
namespace vcohort::detail {

/// Stands at the start of every public function that touches HDF5. One thread at a time enters the library, because not
/// every build of HDF5 is thread-safe; and HDF5 prints nothing, because its reason goes into our message.
class LibraryGuard {
 public:
  LibraryGuard();
  ~LibraryGuard();
  LibraryGuard(const LibraryGuard&) = delete;
  LibraryGuard& operator=(const LibraryGuard&) = delete;

 private:
  std::unique_lock<std::recursive_mutex> lock_;
  H5E_auto2_t printer_ = nullptr;
  void* printer_data_ = nullptr;
};

/// An HDF5 identifier that is closed once. Closing in the destructor ignores errors: a writer calls close() itself.
template <herr_t (*Close)(hid_t)>
class Handle {
 public:
  Handle() = default;
  explicit Handle(hid_t id) : id_(id) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
  Handle& operator=(Handle&& other) noexcept {
    if (this != &other) {
      close();
      id_ = std::exchange(other.id_, H5I_INVALID_HID);
    }
    return *this;
  }
  ~Handle() { close(); }

  herr_t close() { return id_ >= 0 ? Close(std::exchange(id_, H5I_INVALID_HID)) : 0; }
  hid_t id() const { return id_; }
  explicit operator bool() const { return id_ >= 0; }

 private:
  hid_t id_ = H5I_INVALID_HID;
};

using FileHandle = Handle<H5Fclose>;
using GroupHandle = Handle<H5Gclose>;
using DatasetHandle = Handle<H5Dclose>;
using ObjectHandle = Handle<H5Oclose>;
using TypeHandle = Handle<H5Tclose>;
using SpaceHandle = Handle<H5Sclose>;
using AttributeHandle = Handle<H5Aclose>;
using PropertyHandle = Handle<H5Pclose>;

/// What a failing call was about: the file as the user knows it, and whether it was being read or written.
struct Context {
  std::filesystem::path file;
  enum class Access { read, write } access = Access::read;
};

/// Throws StorageFailure: `cannot <what> in '<file>' (<why>) <what to do>`. Without a `why` HDF5's innermost reason is
/// given.
[[noreturn]] void fail(const Context& context, std::string_view what, std::string_view why = {});

/// Passes a result of HDF5 through, or fails: negative means an error throughout HDF5's C interface.
template <class Result>
Result check(Result result, const Context& context, std::string_view what) {
  if (result < 0) fail(context, what);
  return result;
}

/// A UTF-8 text type of fixed length, padded with zeros. The length is at least 1.
TypeHandle text_type(std::size_t length, const Context& context);

}  // namespace vcohort::detail
