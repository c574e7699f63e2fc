#include "io/data/psa_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <functional>
#include <istream>
#include <limits>
#include <optional>
#include <unordered_map>

#include "engine/numeric/errors.hpp"
#include "io/data/csv_rows.hpp"
#include "io/study/problems.hpp"
#include "io/study/suggestion.hpp"

namespace vcohort {

namespace {

constexpr std::size_t absent = std::numeric_limits<std::size_t>::max();

/// A finite decimal number, as a whole text.
std::optional<double> number_in(const std::string& text) {
  const std::size_t sign = text.starts_with('+') && text.size() > 1 && text[1] != '-' ? 1 : 0;
  double value = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + sign, end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

/// Names numbered in the order in which they come.
class Names {
 public:
  std::size_t number_of(const std::string& name) {
    if (last_ < names_.size() && names_[last_] == name) return last_;  // rows of a draw mostly follow each other
    const auto [place, is_new] = numbers_.emplace(name, names_.size());
    if (is_new) names_.push_back(name);
    return last_ = place->second;
  }
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::size_t> numbers_;
  std::size_t last_ = absent;
};

class Reader {
 public:
  Reader(const std::string& file_name, const PsaColumns& wanted) : file_name_(file_name), wanted_(wanted) {}

  void read_header(const CsvRow& row) {
    header_ = row.fields;
    draw_ = column("draw");
    strategy_ = column("strategy");
    cost_ = column("cost");
    effect_ = column("effect");
    for (std::size_t place = 0; place < header_.size(); ++place)
      if (place != draw_ && place != strategy_ && place != cost_ && place != effect_) further_.push_back({place});
    for (const std::string& name : wanted_.parameters) {
      const std::size_t place = column(name);
      const auto found = std::find_if(further_.begin(), further_.end(),
                                      [&](const Parameter& parameter) { return parameter.column == place; });
      if (found == further_.end())
        throw InvalidInput(fmt::format("{}:1:{}: {}", file_name_, row.place(place),
                                       explain(fmt::format("{} is no parameter", quoted(name)),
                                               "EVPPI is the value of knowing what costs and effects depend on",
                                               "name one of the further columns")));
      found->wanted = true;
    }
  }

  void read_row(const CsvRow& row) {
    const Cell cell{draws_.number_of(label(row, draw_)), strategies_.number_of(label(row, strategy_)),
                    number(row, cost_), number(row, effect_), row.line};
    if (cell.draw == first_line_.size()) {
      first_line_.push_back(row.line);
      for (Parameter& parameter : further_) parameter.values.push_back(value_of(parameter, row));
    } else {
      for (Parameter& parameter : further_)
        if (std::bit_cast<std::uint64_t>(value_of(parameter, row)) !=
            std::bit_cast<std::uint64_t>(parameter.values[cell.draw]))
          refuse(
              row, parameter.column,
              fmt::format("{} differs within draw {}", quoted(header_[parameter.column]), quoted(row.fields[draw_])),
              fmt::format("line {} has another value, and a parameter has one value per draw", first_line_[cell.draw]),
              "correct it, or remove the column");
    }
    cells_.push_back(cell);
  }

  Psa take() {
    Psa psa;
    psa.strategies = strategies_.names();
    const auto draws = static_cast<Eigen::Index>(first_line_.size());
    const auto strategies = static_cast<Eigen::Index>(psa.strategies.size());
    constexpr double empty = std::numeric_limits<double>::quiet_NaN();
    psa.cost = psa.effect = Eigen::MatrixXd::Constant(draws, strategies, empty);
    for (const Cell& cell : cells_) {
      double& cost = psa.cost(static_cast<Eigen::Index>(cell.draw), static_cast<Eigen::Index>(cell.strategy));
      if (!std::isnan(cost)) refuse_second(cell);
      cost = cell.cost;
      psa.effect(static_cast<Eigen::Index>(cell.draw), static_cast<Eigen::Index>(cell.strategy)) = cell.effect;
    }
    for (Eigen::Index draw = 0; draw < draws; ++draw)
      for (Eigen::Index strategy = 0; strategy < strategies; ++strategy)
        if (std::isnan(psa.cost(draw, strategy)))
          refuse_missing(static_cast<std::size_t>(draw), static_cast<std::size_t>(strategy));
    psa.reference = reference();
    for (const Parameter& parameter : further_)
      if (parameter.wanted || (wanted_.all_parameters && parameter.first_text == 0))
        psa.parameters.push_back(header_[parameter.column]);
    psa.parameter_values.resize(draws, static_cast<Eigen::Index>(psa.parameters.size()));
    Eigen::Index place = 0;
    for (const Parameter& parameter : further_)
      if (parameter.wanted || (wanted_.all_parameters && parameter.first_text == 0))
        psa.parameter_values.col(place++) = Eigen::Map<const Eigen::VectorXd>(parameter.values.data(), draws);
    return psa;
  }

 private:
  struct Cell {
    std::size_t draw, strategy;
    double cost, effect;
    std::int64_t line;
  };

  /// A further column. A text that is no number is kept as its hash, to be compared within draws.
  struct Parameter {
    std::size_t column;
    bool wanted = false;
    std::int64_t first_text = 0;      // line of the first value that is no number
    std::vector<double> values = {};  // [draw]
  };

  [[noreturn]] void refuse(const CsvRow& row, std::size_t field, const std::string& problem, const std::string& why,
                           const std::string& what_to_do) const {
    throw InvalidInput(
        fmt::format("{}:{}:{}: {}", file_name_, row.line, row.place(field), explain(problem, why, what_to_do)));
  }

  std::size_t column(const std::string& name) const {
    const auto found = std::find(header_.begin(), header_.end(), name);
    if (found != header_.end()) return static_cast<std::size_t>(found - header_.begin());
    const std::vector<std::string_view> names(header_.begin(), header_.end());
    throw InvalidInput(fmt::format(
        "{}:1:1: {}", file_name_,
        explain(fmt::format("there is no column {}", quoted(name)),
                "a PSA table has draw, strategy, cost and effect, and a column for each parameter that is named",
                did_you_mean(name, names))));
  }

  const std::string& label(const CsvRow& row, std::size_t field) const {
    const std::string& text = row.fields[field];
    if (text.empty() || text == "NA")
      refuse(row, field, fmt::format("this row has no {}", header_[field]), "each row is one draw of one strategy",
             "fill it in, or remove the row");
    return text;
  }

  double number(const CsvRow& row, std::size_t field) const {
    const std::optional<double> value = number_in(row.fields[field]);
    if (!value)
      refuse(row, field,
             fmt::format("{} in column {} is no finite number", quoted(row.fields[field]), quoted(header_[field])),
             "a mean over draws needs every one of them", "correct it, or leave the whole draw out");
    return *value;
  }

  double value_of(Parameter& parameter, const CsvRow& row) const {
    const std::string& text = row.fields[parameter.column];
    if (parameter.wanted) return number(row, parameter.column);
    if (const std::optional<double> value = number_in(text)) return *value;
    if (parameter.first_text == 0) parameter.first_text = row.line;
    return std::bit_cast<double>(static_cast<std::uint64_t>(std::hash<std::string>{}(text)));
  }

  [[noreturn]] void refuse_second(const Cell& second) const {
    const auto first = std::find_if(cells_.begin(), cells_.end(), [&](const Cell& cell) {
      return cell.draw == second.draw && cell.strategy == second.strategy;
    });
    throw InvalidInput(
        fmt::format("{}:{}:1: {}", file_name_, second.line,
                    explain(fmt::format("a second row for draw {} of strategy {}", quoted(draws_.names()[second.draw]),
                                        quoted(strategies_.names()[second.strategy])),
                            fmt::format("the first is line {}", first->line), "keep one of them")));
  }

  [[noreturn]] void refuse_missing(std::size_t draw, std::size_t strategy) const {
    throw InvalidInput(
        fmt::format("{}:{}:1: {}", file_name_, first_line_[draw],
                    explain(fmt::format("draw {} has no row for strategy {}", quoted(draws_.names()[draw]),
                                        quoted(strategies_.names()[strategy])),
                            "strategies are compared within draws", "add the row, or leave the whole draw out")));
  }

  Eigen::Index reference() const {
    if (wanted_.reference.empty()) return 0;
    const std::vector<std::string>& names = strategies_.names();
    const auto found = std::find(names.begin(), names.end(), wanted_.reference);
    if (found != names.end()) return found - names.begin();
    throw InvalidInput(fmt::format("{}: {}", file_name_,
                                   explain(fmt::format("no row has the strategy {}", quoted(wanted_.reference)),
                                           "the reference names it", did_you_mean(wanted_.reference, names))));
  }

  std::string file_name_;
  PsaColumns wanted_;
  std::vector<std::string> header_;
  std::size_t draw_ = 0, strategy_ = 0, cost_ = 0, effect_ = 0;
  Names draws_, strategies_;
  std::vector<std::int64_t> first_line_;  // [draw]
  std::vector<Cell> cells_;
  std::vector<Parameter> further_;
};

}  // namespace

Psa read_psa(std::istream& in, const std::string& file_name, const PsaColumns& wanted) {
  Reader reader(file_name, wanted);
  read_csv_rows(
      in, file_name, "draw and strategy", [&](const CsvRow& row) { reader.read_header(row); },
      [&](CsvRow& row) { reader.read_row(row); });
  return reader.take();
}

}  // namespace vcohort
