#include "io/results/digest.hpp"

#include <bit>
#include <cmath>

#include "io/results/detail/content_digest.hpp"
#include "io/results/detail/contents.hpp"
#include "io/results/detail/dataset_reader.hpp"
#include "io/results/detail/sha256.hpp"

namespace vcohort {
namespace detail {
namespace {

static_assert(std::endian::native == std::endian::little, "stored numbers are hashed as they lie in memory");

void feed(Sha256& digest, ColumnValues& values) {
  if (auto* numbers = std::get_if<std::vector<double>>(&values)) {
    constexpr std::uint64_t any_nan = 0x7ff8000000000000;
    for (double& number : *numbers) {
      if (std::isnan(number)) number = std::bit_cast<double>(any_nan);
    }
    digest.bytes(numbers->data(), numbers->size() * sizeof(double));
  } else if (const auto* texts = std::get_if<std::vector<std::string>>(&values)) {
    for (const auto& text : *texts) digest.text(text);
  } else if (const auto* integers = std::get_if<std::vector<std::int64_t>>(&values)) {
    digest.bytes(integers->data(), integers->size() * sizeof(std::int64_t));
  } else {
    const auto& truths = std::get<std::vector<Truth>>(values);
    static_assert(sizeof(Truth) == 1);
    digest.bytes(truths.data(), truths.size());
  }
}

std::string_view name_of(const ColumnValues& values) {
  constexpr ValueType types[] = {ValueType::int64, ValueType::float64, ValueType::text, ValueType::truth};
  return name_of(types[values.index()]);
}

Sha256::Digest digest_of(const Contents& contents, const Object& object) {
  Sha256 digest;
  if (object.kind == Object::Kind::group) {
    digest.text("group");
    digest.number(0);
  } else {
    digest.text(name_of(object.type));
    digest.number(1);
    digest.number(static_cast<std::uint64_t>(object.rows));
    const DatasetReader reader(contents, object);
    const std::int64_t step = reader.rows_at_once();
    for (std::int64_t first = 0; first < object.rows; first += step) {
      ColumnValues values = reader.read(first, std::min(step, object.rows - first));
      feed(digest, values);
    }
  }
  for (const Attribute& attribute : object.attributes) {
    if (object.path == "/" && attribute.name == "content_digest") continue;
    digest.text(attribute.name);
    digest.text(name_of(attribute.values));
    digest.number(attribute.list ? 1 : 0);
    if (attribute.list) digest.number(std::visit([](const auto& values) { return values.size(); }, attribute.values));
    ColumnValues values = attribute.values;
    feed(digest, values);
  }
  return digest.finish();
}

}  // namespace

bool is_runtime(const std::string& path) {
  return path == "/runtime" || path.starts_with("/runtime/");
}

std::string digest_of(const Contents& contents) {
  Sha256 digest;
  for (const Object& object : contents.objects()) {
    if (is_runtime(object.path)) continue;
    digest.text(object.path);
    const Sha256::Digest of_object = digest_of(contents, object);
    digest.bytes(of_object.data(), of_object.size());
  }
  return hex(digest.finish());
}

}  // namespace detail

std::string content_digest(const std::filesystem::path& path) {
  const detail::LibraryGuard guard;
  return detail::digest_of(detail::Contents::open(path));
}

}  // namespace vcohort
