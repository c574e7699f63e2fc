#include "io/results/detail/contents.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "io/results/detail/content_digest.hpp"
#include "io/results/detail/dataset_reader.hpp"
#include "io/results/detail/seal.hpp"

namespace vcohort::detail {
namespace {

// Limits that no result comes near, so that a damaged or hostile file cannot make a reader run for ever.
constexpr int deepest_group = 16;
constexpr std::size_t most_objects = 200'000;
constexpr std::size_t largest_attribute = std::size_t{1} << 26;
constexpr hsize_t largest_chunk = hsize_t{1} << 30;
constexpr double best_deflate_ratio = 1032;  // zlib cannot compress any input further

struct NameList {
  std::vector<std::string> names;
  bool only_hard_links = true;
};

herr_t collect_link(hid_t, const char* name, const H5L_info_t* info, void* list) {
  auto& names = *static_cast<NameList*>(list);
  if (info->type != H5L_TYPE_HARD) names.only_hard_links = false;
  names.names.emplace_back(name);
  return names.names.size() > most_objects ? -1 : 0;
}

herr_t collect_attribute(hid_t, const char* name, const H5A_info_t*, void* list) {
  auto& names = *static_cast<std::vector<std::string>*>(list);
  names.emplace_back(name);
  return names.size() > most_objects ? -1 : 0;
}

Attribute read_attribute(hid_t object, const std::string& name, const std::string& path, const Context& context) {
  const std::string what = fmt::format("read attribute {} of {}", name, path);
  const AttributeHandle handle(check(H5Aopen(object, name.c_str(), H5P_DEFAULT), context, what));
  const TypeHandle type(check(H5Aget_type(handle.id()), context, what));
  const SpaceHandle space(check(H5Aget_space(handle.id()), context, what));
  const int rank = check(H5Sget_simple_extent_ndims(space.id()), context, what);
  const hssize_t count = check(H5Sget_simple_extent_npoints(space.id()), context, what);
  if (rank > 1 || H5Sget_simple_extent_type(space.id()) == H5S_NULL)
    fail(context, what, "it is neither a value nor a list");
  const std::size_t bytes = H5Tget_size(type.id());
  if (bytes == 0 || static_cast<std::size_t>(count) > largest_attribute / bytes) fail(context, what, "it is too large");

  Attribute attribute{name, rank == 1, {}};
  const auto read = [&](auto values, hid_t memory_type) {
    values.resize(static_cast<std::size_t>(count));
    if (count > 0) check(H5Aread(handle.id(), memory_type, values.data()), context, what);
    return values;
  };
  switch (type_of(type.id(), context, path)) {
    case ValueType::int64:
      attribute.values = read(std::vector<std::int64_t>{}, H5T_NATIVE_INT64);
      break;
    case ValueType::float64:
      attribute.values = read(std::vector<double>{}, H5T_NATIVE_DOUBLE);
      break;
    case ValueType::truth:
      attribute.values = read(std::vector<Truth>{}, H5T_NATIVE_UINT8);
      break;
    case ValueType::text: {
      std::vector<char> buffer(static_cast<std::size_t>(count) * bytes);
      if (count > 0) check(H5Aread(handle.id(), type.id(), buffer.data()), context, what);
      attribute.values = texts_from(buffer, static_cast<std::size_t>(count), bytes);
      break;
    }
  }
  return attribute;
}

std::vector<Attribute> read_attributes(hid_t object, const std::string& path, const Context& context) {
  std::vector<std::string> names;
  hsize_t position = 0;
  check(H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, &position, collect_attribute, &names), context,
        fmt::format("list the attributes of {}", path));
  std::sort(names.begin(), names.end());
  std::vector<Attribute> attributes;
  for (const auto& name : names) attributes.push_back(read_attribute(object, name, path, context));
  return attributes;
}

/// Refuses storage that is not in this file or that cannot hold what it claims.
void check_storage(hid_t dataset, const Object& object, const Context& context) {
  const std::string what = fmt::format("read dataset {}", object.path);
  const PropertyHandle creation(check(H5Dget_create_plist(dataset), context, what));
  const H5D_layout_t layout = H5Pget_layout(creation.id());
  if (layout != H5D_CHUNKED && layout != H5D_CONTIGUOUS && layout != H5D_COMPACT) {
    fail(context, what, "its values are stored elsewhere");
  }
  if (check(H5Pget_external_count(creation.id()), context, what) != 0)
    fail(context, what, "its values are in another file");
  if (layout == H5D_CHUNKED) {
    hsize_t chunk_rows = 0;
    check(H5Pget_chunk(creation.id(), 1, &chunk_rows), context, what);
    if (chunk_rows > largest_chunk / object.row_bytes) fail(context, what, "its chunks are absurdly large");
  }
  const auto stored = static_cast<double>(H5Dget_storage_size(dataset));
  const double claimed = static_cast<double>(object.rows) * static_cast<double>(object.row_bytes);
  if (claimed > best_deflate_ratio * stored) fail(context, what, "it claims more values than the file can hold");
}

Object inspect_dataset(hid_t dataset, const std::string& path, const Context& context) {
  const std::string what = fmt::format("read dataset {}", path);
  Object object;
  object.kind = Object::Kind::dataset;
  object.path = path;
  const TypeHandle type(check(H5Dget_type(dataset), context, what));
  object.type = type_of(type.id(), context, path);
  object.row_bytes = H5Tget_size(type.id());
  if (object.row_bytes == 0) fail(context, what, "its type has no size");
  const SpaceHandle space(check(H5Dget_space(dataset), context, what));
  if (check(H5Sget_simple_extent_ndims(space.id()), context, what) != 1)
    fail(context, what, "it is not one-dimensional");
  hsize_t rows = 0;
  check(H5Sget_simple_extent_dims(space.id(), &rows, nullptr), context, what);
  if (rows > hsize_t{1} << 53) fail(context, what, "it claims more values than the file can hold");
  object.rows = static_cast<std::int64_t>(rows);
  check_storage(dataset, object, context);
  return object;
}

}  // namespace

std::string_view name_of(ValueType type) {
  switch (type) {
    case ValueType::int64:
      return "int64";
    case ValueType::float64:
      return "float64";
    case ValueType::truth:
      return "uint8";
    case ValueType::text:
      return "text";
  }
  return "";
}

ValueType type_of(hid_t type, const Context& context, const std::string& path) {
  if (H5Tequal(type, H5T_STD_I64LE) > 0) return ValueType::int64;
  if (H5Tequal(type, H5T_IEEE_F64LE) > 0) return ValueType::float64;
  if (H5Tequal(type, H5T_STD_U8LE) > 0) return ValueType::truth;
  if (H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0 && H5Tget_strpad(type) != H5T_STR_SPACEPAD) {
    return ValueType::text;
  }
  fail(context, fmt::format("read {}", path), "its type is none of int64, float64, uint8 and text of fixed length");
}

std::vector<std::string> texts_from(const std::vector<char>& buffer, std::size_t count, std::size_t length) {
  std::vector<std::string> texts;
  texts.reserve(count);
  for (std::size_t index = 0; index < count; ++index) {
    const std::string_view padded(buffer.data() + index * length, length);
    const auto last = padded.find_last_not_of('\0');
    texts.emplace_back(padded.substr(0, last == std::string_view::npos ? 0 : last + 1));
  }
  return texts;
}

const Attribute* Object::attribute(std::string_view name) const {
  const auto found =
      std::find_if(attributes.begin(), attributes.end(), [&](const Attribute& a) { return a.name == name; });
  return found == attributes.end() ? nullptr : &*found;
}

const std::string* Object::text(std::string_view name) const {
  const Attribute* found = attribute(name);
  if (found == nullptr || found->list) return nullptr;
  const auto* texts = std::get_if<std::vector<std::string>>(&found->values);
  return texts == nullptr || texts->size() != 1 ? nullptr : &texts->front();
}

Contents Contents::open(const std::filesystem::path& path) {
  check_seal(path);
  const Context context{path, Context::Access::read};
  const PropertyHandle access(check(H5Pcreate(H5P_FILE_ACCESS), context, "prepare reading"));
  // Locks fail on many network file systems, and a file that nobody changes after its rename needs none.
  check(H5Pset_file_locking(access.id(), false, true), context, "prepare reading");
  FileHandle file(check(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.id()), context, "open the file"));
  Contents contents(file.id(), context);
  contents.owned_ = std::move(file);
  return contents;
}

Contents::Contents(hid_t open_file, Context context) : file_(open_file), context_(std::move(context)) {
  const GroupHandle root(check(H5Gopen2(file_, "/", H5P_DEFAULT), context_, "open group /"));
  walk(root.id(), "/", 0);
  std::sort(objects_.begin(), objects_.end(), [](const Object& a, const Object& b) { return a.path < b.path; });
}

const Object* Contents::find(std::string_view path) const {
  const auto found =
      std::lower_bound(objects_.begin(), objects_.end(), path,
                       [](const Object& object, std::string_view wanted) { return object.path < wanted; });
  return found == objects_.end() || found->path != path ? nullptr : &*found;
}

void Contents::walk(hid_t group, const std::string& path, int depth) {
  const std::string what = fmt::format("list group {}", path);
  if (depth > deepest_group) fail(context_, what, "groups are nested too deeply");
  Object here;
  here.path = path;
  here.attributes = read_attributes(group, path, context_);
  objects_.push_back(std::move(here));

  NameList links;
  hsize_t position = 0;
  check(H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, &position, collect_link, &links), context_, what);
  if (!links.only_hard_links) fail(context_, what, "it holds links to elsewhere");
  for (const auto& name : links.names) {
    if (objects_.size() > most_objects) fail(context_, what, "there are too many objects");
    const std::string child = (path == "/" ? path : path + "/") + name;
    const ObjectHandle object(
        check(H5Oopen(group, name.c_str(), H5P_DEFAULT), context_, fmt::format("open {}", child)));
    switch (H5Iget_type(object.id())) {
      case H5I_GROUP:
        walk(object.id(), child, depth + 1);
        break;
      case H5I_DATASET: {
        Object dataset = inspect_dataset(object.id(), child, context_);
        dataset.attributes = read_attributes(object.id(), child, context_);
        objects_.push_back(std::move(dataset));
        break;
      }
      default:
        fail(context_, fmt::format("read {}", child), "it is neither a group nor a dataset");
    }
  }
}

}  // namespace vcohort::detail
