#include "io/results/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>

#include "io/results/detail/content_digest.hpp"
#include "io/results/detail/contents.hpp"
#include "io/results/detail/dataset_reader.hpp"
#include "io/results/result_file.hpp"
#include "io/results/shown_value.hpp"

namespace vcohort {
namespace {

using detail::Attribute;
using detail::Contents;
using detail::Object;

bool same(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) || (std::isnan(a) && std::isnan(b));
}
bool same(std::int64_t a, std::int64_t b) {
  return a == b;
}
bool same(Truth a, Truth b) {
  return a == b;
}
bool same(const std::string& a, const std::string& b) {
  return a == b;
}

/// The first row in which two columns of the same type and length differ.
std::optional<std::size_t> first_differing_row(const ColumnValues& one, const ColumnValues& other) {
  return std::visit(
      [&other](const auto& values) -> std::optional<std::size_t> {
        const auto& others = std::get<std::decay_t<decltype(values)>>(other);
        for (std::size_t row = 0; row < values.size(); ++row) {
          if (!same(values[row], others[row])) return row;
        }
        return std::nullopt;
      },
      one);
}

std::size_t size_of(const ColumnValues& values) {
  return std::visit([](const auto& entries) { return entries.size(); }, values);
}

/// A value for a sentence: texts in quotes, and cut, because a study's source is one value.
std::string quoted(const ColumnValues& values, std::size_t row) {
  constexpr std::size_t longest = 60;
  std::string text = shown_value(values, row);
  if (!std::holds_alternative<std::vector<std::string>>(values)) return text;
  if (text.size() > longest) text = text.substr(0, longest) + "...";
  return '"' + text + '"';
}

std::string quoted(const Attribute& attribute) {
  std::string text;
  for (std::size_t row = 0; row < size_of(attribute.values); ++row) {
    text += (row > 0 ? ", " : "") + quoted(attribute.values, row);
  }
  return attribute.list ? "[" + text + "]" : text;
}

class Comparer {
 public:
  Comparer(const Contents& one, const Contents& other) : one_(one), other_(other) {}

  Comparison run() {
    auto left = one_.objects().begin();
    auto right = other_.objects().begin();
    while (left != one_.objects().end() || right != other_.objects().end()) {
      const bool right_is_done = right == other_.objects().end();
      const bool left_is_done = left == one_.objects().end();
      if (right_is_done || (!left_is_done && left->path < right->path)) {
        only_in(one_, other_, *left++);
      } else if (left_is_done || right->path < left->path) {
        only_in(other_, one_, *right++);
      } else {
        compare(*left++, *right++);
      }
    }
    return result_;
  }

 private:
  std::string name(const Contents& contents) const { return contents.context().file.string(); }

  void report(const Object& object, std::string sentence) {
    if (result_.equal) result_.first_difference = std::move(sentence);
    result_.equal = false;
    if (object.kind == Object::Kind::dataset) ++result_.differing_datasets;
  }

  void only_in(const Contents& here, const Contents& there, const Object& object) {
    if (detail::is_runtime(object.path)) return;
    report(object, fmt::format("{} is in '{}' but not in '{}'.", object.path, name(here), name(there)));
  }

  /// "<what>: <value> in 'a.h5', <value> in 'b.h5'."
  std::string sentence(const std::string& what, const std::string& value, const std::string& other_value) const {
    return fmt::format("{}: {} in '{}', {} in '{}'.", what, value, name(one_), other_value, name(other_));
  }

  std::string differing_attribute(const Object& one, const Object& other) const {
    const auto seen = [](const Object& object, const Attribute& attribute) {
      return !(object.path == "/" && attribute.name == "content_digest");
    };
    std::vector<std::string> names;
    for (const Object* object : {&one, &other}) {
      for (const Attribute& attribute : object->attributes) {
        if (seen(*object, attribute)) names.push_back(attribute.name);
      }
    }
    std::sort(names.begin(), names.end());
    for (const std::string& attribute : names) {
      const Attribute* left = one.attribute(attribute);
      const Attribute* right = other.attribute(attribute);
      const bool equal = left != nullptr && right != nullptr && left->list == right->list &&
                         left->values.index() == right->values.index() &&
                         size_of(left->values) == size_of(right->values) &&
                         !first_differing_row(left->values, right->values);
      if (!equal) {
        return sentence(fmt::format("attribute {} of {}", attribute, one.path), left ? quoted(*left) : "missing",
                        right ? quoted(*right) : "missing");
      }
    }
    return "";
  }

  std::string differing_value(const Object& one, const Object& other) const {
    const detail::DatasetReader reader(one_, one);
    const detail::DatasetReader other_reader(other_, other);
    const std::int64_t step = std::min(reader.rows_at_once(), other_reader.rows_at_once());
    for (std::int64_t first = 0; first < one.rows; first += step) {
      const std::int64_t count = std::min(step, one.rows - first);
      const ColumnValues values = reader.read(first, count);
      const ColumnValues others = other_reader.read(first, count);
      if (const auto row = first_differing_row(values, others)) {
        return sentence(fmt::format("{}, row {} (the first is 0)", one.path, first + static_cast<std::int64_t>(*row)),
                        quoted(values, *row), quoted(others, *row));
      }
    }
    return "";
  }

  std::string difference(const Object& one, const Object& other) const {
    const auto kind = [](const Object& object) {
      return object.kind == Object::Kind::group ? std::string("a group")
                                                : fmt::format("{} values", name_of(object.type));
    };
    if (kind(one) != kind(other)) return sentence(one.path, kind(one), kind(other));
    if (one.rows != other.rows) {
      return sentence(one.path, fmt::format("{} rows", one.rows), fmt::format("{} rows", other.rows));
    }
    if (std::string found = differing_attribute(one, other); !found.empty()) return found;
    return one.kind == Object::Kind::dataset ? differing_value(one, other) : "";
  }

  void compare(const Object& one, const Object& other) {
    if (detail::is_runtime(one.path)) return;
    if (std::string found = difference(one, other); !found.empty()) {
      report(one.kind == Object::Kind::dataset ? one : other, std::move(found));
    }
  }

  const Contents& one_;
  const Contents& other_;
  Comparison result_;
};

}  // namespace

Comparison compare_results(const std::filesystem::path& one, const std::filesystem::path& other) {
  const detail::LibraryGuard guard;
  const ResultFile left(one);
  const ResultFile right(other);
  return Comparer(left.contents(), right.contents()).run();
}

}  // namespace vcohort
