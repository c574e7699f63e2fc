#include "io/console/condition.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

#include "engine/numeric/errors.hpp"
#include "io/console/selection.hpp"
#include "io/study/problems.hpp"

namespace vcohort {

namespace {

enum class Comparison : std::uint8_t { equal, unequal, below, at_most, above, at_least };

struct Sign {
  std::string_view text;
  Comparison comparison;
};
constexpr Sign signs[] = {{"!=", Comparison::unequal}, {"<=", Comparison::at_most}, {">=", Comparison::at_least},
                          {"=", Comparison::equal},    {"<", Comparison::below},    {">", Comparison::above}};

}  // namespace

/// A comparison, or several conditions of which all or one must hold.
struct Condition::Node {
  enum class Kind : std::uint8_t { comparison, all, any } kind = Kind::comparison;
  std::vector<Node> parts;
  std::string column, value;
  std::size_t column_at = 0, value_at = 0;  // characters from 1
  Comparison comparison = Comparison::equal;
};

namespace {

using Node = Condition::Node;

/// A message names the character, counted from 1, as one counts on the screen.
[[noreturn]] void refuse(const std::string& text, std::size_t character, const std::string& problem,
                         const std::string& remedy) {
  throw InvalidInput(explain(fmt::format("{} is no condition: {}", vcohort::quoted(text), problem),
                             fmt::format("at character {}", character), remedy));
}

class Reader {
 public:
  explicit Reader(const std::string& text) : text_(text) {}

  Node read() {
    Node node = alternatives(0);
    skip_spaces();
    if (at_ < text_.size()) refuse_here(text_[at_] == ')' ? "a bracket too many" : "\"and\" or \"or\" is expected");
    return node;
  }

 private:
  static constexpr int deepest = 100;  // brackets

  Node alternatives(int depth) {
    return several(Node::Kind::any, "or", [&] { return several(Node::Kind::all, "and", [&] { return unit(depth); }); });
  }

  template <class Part>
  Node several(Node::Kind kind, std::string_view word, const Part& part) {
    Node first = part();
    if (!takes_word(word)) return first;
    Node node;
    node.kind = kind;
    node.parts.push_back(std::move(first));
    do node.parts.push_back(part());
    while (takes_word(word));
    return node;
  }

  Node unit(int depth) {
    skip_spaces();
    if (at_ < text_.size() && text_[at_] == '(') {
      if (depth == deepest) refuse_here("too many brackets within each other");
      ++at_;
      Node node = alternatives(depth + 1);
      skip_spaces();
      if (at_ == text_.size() || text_[at_] != ')') refuse_here("a bracket is not closed");
      ++at_;
      return node;
    }
    Node node;
    skip_spaces();
    node.column_at = character();
    node.column = word("the name of a column");
    node.comparison = sign();
    skip_spaces();
    node.value_at = character();
    node.value = word("a value");
    return node;
  }

  Comparison sign() {
    skip_spaces();
    const std::string_view rest = std::string_view(text_).substr(at_);
    for (const Sign& sign : signs) {
      if (!rest.starts_with(sign.text)) continue;
      at_ += sign.text.size();
      if (at_ < text_.size() && std::string_view("=<>!").find(text_[at_]) != std::string_view::npos)
        refuse_here("a value is expected");
      return sign.comparison;
    }
    refuse_here("=, !=, <, <=, > or >= is expected");
  }

  /// In quotes, or up to the next space, bracket or sign.
  std::string word(std::string_view what) {
    skip_spaces();
    const std::size_t begin = at_;
    if (at_ < text_.size() && (text_[at_] == '\'' || text_[at_] == '"')) {
      const std::size_t end = text_.find(text_[at_], at_ + 1);
      if (end == std::string::npos) refuse_here("a quote is not closed");
      at_ = end + 1;
      return text_.substr(begin + 1, end - begin - 1);
    }
    at_ = std::min(text_.find_first_of(" \t\n()=!<>'\"", at_), text_.size());
    const std::string found = text_.substr(begin, at_ - begin);
    if (found.empty() || found == "and" || found == "or") {
      at_ = begin;
      refuse_here(fmt::format("{} is expected", what));
    }
    return found;
  }

  bool takes_word(std::string_view wanted) {
    skip_spaces();
    const std::string_view rest = std::string_view(text_).substr(at_);
    if (!rest.starts_with(wanted)) return false;
    if (rest.size() > wanted.size() &&
        std::string_view(" \t\n('\"").find(rest[wanted.size()]) == std::string_view::npos)
      return false;
    at_ += wanted.size();
    return true;
  }

  void skip_spaces() { at_ = std::min(text_.find_first_not_of(" \t\n", at_), text_.size()); }

  std::size_t character() const {
    std::size_t count = 1;
    for (std::size_t byte = 0; byte < at_; ++byte) count += (static_cast<unsigned char>(text_[byte]) & 0xC0u) != 0x80u;
    return count;
  }

  [[noreturn]] void refuse_here(const std::string& problem) const {
    refuse(text_, character(), problem, "write for instance 'best = yes and power >= 0.8'");
  }

  const std::string& text_;
  std::size_t at_ = 0;
};

template <class Value>
bool compared(const Value& value, Comparison comparison, const Value& with) {
  switch (comparison) {
    case Comparison::equal:
      return value == with;
    case Comparison::unequal:
      return value != with;
    case Comparison::below:
      return value < with;
    case Comparison::at_most:
      return value <= with;
    case Comparison::above:
      return value > with;
    case Comparison::at_least:
      return value >= with;
  }
  return false;
}

std::optional<double> number_of(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

class Asked {
 public:
  Asked(const Table& table, const std::string& text) : table_(table), text_(text) {}

  std::vector<bool> rows(const Node& node) const {
    if (node.kind == Node::Kind::comparison) return compared_rows(node);
    std::vector<bool> all = rows(node.parts.front());
    for (std::size_t part = 1; part < node.parts.size(); ++part) {
      const std::vector<bool> other = rows(node.parts[part]);
      for (std::size_t row = 0; row < all.size(); ++row)
        all[row] = node.kind == Node::Kind::all ? all[row] && other[row] : all[row] || other[row];
    }
    return all;
  }

 private:
  std::vector<bool> compared_rows(const Node& node) const {
    const std::optional<Column> column = named_column(table_, node.column);
    if (!column)
      refuse(text_, node.column_at, fmt::format("{} has no column {}", table_.path, vcohort::quoted(node.column)),
             meant_column(table_, node.column));
    return std::visit([&](const auto& values) { return of(values, node); }, column->values);
  }

  template <class Number>
  std::vector<bool> of(const std::vector<Number>& values, const Node& node) const {
    const bool absent = node.value == "NA";
    const std::optional<double> with = absent ? std::nan("") : number_of(node.value);
    if (!with)
      refuse(text_, node.value_at,
             fmt::format("{} is no number, as those of {} are", vcohort::quoted(node.value), node.column),
             "give one, or NA");
    if (absent) require_equality(node, "NA");
    std::vector<bool> holds;
    for (const Number number : values) {
      const auto value = static_cast<double>(number);
      if (absent)
        holds.push_back(std::isnan(value) == (node.comparison == Comparison::equal));
      else
        holds.push_back(compared(value, node.comparison, *with));
    }
    return holds;
  }

  std::vector<bool> of(const std::vector<std::string>& values, const Node& node) const {
    require_equality(node, "a text");
    std::vector<bool> holds;
    for (const std::string& value : values) holds.push_back(compared(value, node.comparison, node.value));
    return holds;
  }

  std::vector<bool> of(const std::vector<Truth>& values, const Node& node) const {
    require_equality(node, "yes or no");
    const bool yes = node.value == "yes" || node.value == "true", no = node.value == "no" || node.value == "false";
    if (!yes && !no) refuse(text_, node.value_at, fmt::format("{} is yes or no", node.column), "write yes or no");
    std::vector<bool> holds;
    for (const Truth value : values) holds.push_back(compared(value.value != 0, node.comparison, yes));
    return holds;
  }

  void require_equality(const Node& node, std::string_view what) const {
    if (node.comparison != Comparison::equal && node.comparison != Comparison::unequal)
      refuse(text_, node.value_at, fmt::format("{} is neither larger nor smaller", what), "use = or !=");
  }

  const Table& table_;
  const std::string& text_;
};

}  // namespace

Condition::Condition(const std::string& text) : text_(text), root_(std::make_unique<Node>(Reader(text).read())) {}
Condition::~Condition() = default;
Condition::Condition(Condition&&) noexcept = default;

std::vector<bool> Condition::holds(const Table& table) const {
  return Asked(table, text_).rows(*root_);
}

}  // namespace vcohort
