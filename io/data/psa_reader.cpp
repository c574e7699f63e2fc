#include "io/data/psa_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
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

/// Where a wide table has the cost and the effect of a strategy.
struct Pair {
  std::string strategy;
  std::size_t cost = absent, effect = absent;
};

/// A further column.
struct ParameterColumn {
  std::size_t column;
  bool wanted = false;
};

[[noreturn]] void refuse_at(const std::string& file_name, std::int64_t line, std::int64_t place,
                            const std::string& problem, const std::string& why, const std::string& what_to_do) {
  throw InvalidInput(fmt::format("{}:{}:{}: {}", file_name, line, place, explain(problem, why, what_to_do)));
}

/// What the columns of a table are.
class Header {
 public:
  Header(const std::string& file_name, const CsvRow& row, const PsaColumns& wanted)
      : file_name_(file_name), names_(row.fields) {
    if (names_.size() == 1)
      refuse_at(file_name_, row.line, 1, fmt::format("the header is one column, {}", quoted(names_.front())),
                "commas, semicolons or tabs separate columns", "save the table as CSV");
    draw = find("draw");
    strategy = find("strategy");
    if (strategy == absent) find_pairs();
    if (pairs.empty()) {
      draw = column("draw");
      strategy = column("strategy");
      cost = column("cost");
      effect = column("effect");
    }
    scenario = find("scenario");
    if (std::find(wanted.parameters.begin(), wanted.parameters.end(), "scenario") != wanted.parameters.end())
      scenario = absent;
    for (std::size_t place = 0; place < names_.size(); ++place) {
      const bool of_pair = std::any_of(pairs.begin(), pairs.end(),
                                       [&](const Pair& pair) { return place == pair.cost || place == pair.effect; });
      const bool known = place == draw || place == strategy || place == cost || place == effect || place == scenario;
      if (names_[place].empty())
        unnamed = true;
      else if (!known && !of_pair)
        further.push_back({place});
    }
    for (const std::string& name : wanted.parameters) want(name, row);
  }

  const std::string& name_of(std::size_t place) const { return names_[place]; }

  std::size_t draw = absent, strategy = absent, cost = absent, effect = absent, scenario = absent;
  std::vector<Pair> pairs;  // of a wide table; empty for a long one
  std::vector<ParameterColumn> further;
  bool unnamed = false;  // a column has no name

 private:
  std::size_t find(std::string_view name) const {
    const auto found = std::find(names_.begin(), names_.end(), name);
    return found == names_.end() ? absent : static_cast<std::size_t>(found - names_.begin());
  }

  std::size_t column(const std::string& name) const {
    if (const std::size_t place = find(name); place != absent) return place;
    const std::vector<std::string_view> names(names_.begin(), names_.end());
    refuse_at(file_name_, 1, 1, fmt::format("there is no column {}", quoted(name)),
              "a PSA table has draw, strategy, cost and effect, or cost_NAME and effect_NAME for each strategy, and a "
              "column for each parameter that is named",
              did_you_mean(name, names));
  }

  /// What follows `stem` and a separator; nothing where the name is another one.
  static std::string_view after(std::string_view name, std::string_view stem) {
    const bool ours = name.starts_with(stem) && name.size() > stem.size() + 1 &&
                      std::string_view("_. -").find(name[stem.size()]) != std::string_view::npos;
    return ours ? name.substr(stem.size() + 1) : std::string_view();
  }

  void find_pairs() {
    for (const auto& [stem, member] : {std::pair("cost", &Pair::cost), std::pair("effect", &Pair::effect)})
      for (std::size_t place = 0; place < names_.size(); ++place) {
        const std::string_view named = after(names_[place], stem);
        if (named.empty()) continue;
        auto pair = std::find_if(pairs.begin(), pairs.end(), [&](const Pair& one) { return one.strategy == named; });
        if (pair == pairs.end()) pair = pairs.insert(pairs.end(), {std::string(named)});
        (*pair).*member = place;
      }
    const bool both = std::any_of(pairs.begin(), pairs.end(),
                                  [](const Pair& pair) { return pair.cost != absent && pair.effect != absent; });
    if (!both) pairs.clear();  // parameters of a long table that lacks a column
    for (const Pair& pair : pairs)
      if (pair.cost == absent || pair.effect == absent) {
        const std::size_t there = pair.cost == absent ? pair.effect : pair.cost;
        refuse_at(file_name_, 1, 1, fmt::format("column {} stands alone", quoted(names_[there])),
                  "a wide table has a cost and an effect of every strategy",
                  fmt::format("add {}_{}, or rename it", pair.cost == absent ? "cost" : "effect", pair.strategy));
      }
  }

  void want(const std::string& name, const CsvRow& row) {
    const std::size_t place = column(name);
    const auto found = std::find_if(further.begin(), further.end(),
                                    [&](const ParameterColumn& parameter) { return parameter.column == place; });
    if (found == further.end())
      refuse_at(file_name_, 1, row.place(place), fmt::format("{} is no parameter", quoted(name)),
                "EVPPI is the value of knowing what costs and effects depend on", "name one of the further columns");
    found->wanted = true;
  }

  std::string file_name_;
  std::vector<std::string> names_;
};

/// The draws of one scenario.
class Reader {
 public:
  Reader(const std::string& file_name, const Header& header, const PsaColumns& wanted)
      : file_name_(file_name), header_(header), wanted_(wanted) {
    for (const ParameterColumn& column : header.further) further_.push_back({column.column, column.wanted});
  }

  void read_row(const CsvRow& row) {
    const std::string number = header_.draw == absent ? fmt::format("{}", first_line_.size() + 1) : "";
    const std::size_t draw = draws_.number_of(number.empty() ? label(row, header_.draw) : number);
    if (header_.pairs.empty())
      cells_.push_back({draw, strategies_.number_of(label(row, header_.strategy)), amount(row, header_.cost),
                        amount(row, header_.effect), row.line});
    for (const Pair& pair : header_.pairs)
      cells_.push_back(
          {draw, strategies_.number_of(pair.strategy), amount(row, pair.cost), amount(row, pair.effect), row.line});
    if (draw == first_line_.size()) {
      first_line_.push_back(row.line);
      for (Parameter& parameter : further_) parameter.values.push_back(value_of(parameter, row));
      return;
    }
    for (Parameter& parameter : further_)
      if (std::bit_cast<std::uint64_t>(value_of(parameter, row)) !=
          std::bit_cast<std::uint64_t>(parameter.values[draw]))
        refuse(row, parameter.column,
               fmt::format("{} differs within draw {}", quoted(header_.name_of(parameter.column)),
                           quoted(draws_.names()[draw])),
               fmt::format("line {} has another value, and a parameter has one value per draw", first_line_[draw]),
               "correct it, or remove the column");
  }

  Psa take() {
    Psa psa;
    psa.strategies = strategies_.names();
    psa.draw_names = draws_.names();
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
    std::vector<const Parameter*> chosen;
    for (const Parameter& parameter : further_)
      if (parameter.wanted || (wanted_.all_parameters && parameter.first_text == 0)) chosen.push_back(&parameter);
    psa.parameter_values.resize(draws, std::ssize(chosen));
    for (const Parameter* parameter : chosen) {
      psa.parameter_values.col(std::ssize(psa.parameters)) =
          Eigen::Map<const Eigen::VectorXd>(parameter->values.data(), draws);
      psa.parameters.push_back(header_.name_of(parameter->column));
    }
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
    refuse_at(file_name_, row.line, row.place(field), problem, why, what_to_do);
  }

  const std::string& label(const CsvRow& row, std::size_t field) const {
    const std::string& text = row.fields[field];
    if (text.empty() || text == "NA")
      refuse(row, field, fmt::format("this row has no {}", header_.name_of(field)),
             "each row is one draw of one strategy", "fill it in, or remove the row");
    return text;
  }

  double amount(const CsvRow& row, std::size_t field) const {
    const std::string& text = row.fields[field];
    const std::optional<double> value = number_in(text);
    const auto column = [&] { return quoted(header_.name_of(field)); };
    if (!value) {
      const bool comma = has_decimal_comma(text);
      refuse(row, field, fmt::format("{} in column {} is no finite number", quoted(text), column()),
             comma ? decimal_comma : "a mean over draws needs every one of them",
             comma ? write_points : "correct it, or leave the whole draw out");
    }
    if (std::abs(*value) > largest_amount)
      refuse(row, field, fmt::format("{} in column {} is too large", quoted(text), column()),
             fmt::format("no cost, effect or parameter is beyond {:g}", largest_amount),
             "correct it, or change the unit");
    return *value;
  }

  double value_of(Parameter& parameter, const CsvRow& row) const {
    const std::string& text = row.fields[parameter.column];
    if (parameter.wanted) return amount(row, parameter.column);
    const std::optional<double> value = number_in(text);
    if (value && std::abs(*value) <= largest_amount) return *value;
    if (wanted_.all_parameters && has_decimal_comma(text)) return amount(row, parameter.column);
    if (parameter.first_text == 0) parameter.first_text = row.line;
    return std::bit_cast<double>(static_cast<std::uint64_t>(std::hash<std::string>{}(text)));
  }

  [[noreturn]] void refuse_second(const Cell& second) const {
    const auto first = std::find_if(cells_.begin(), cells_.end(), [&](const Cell& cell) {
      return cell.draw == second.draw && cell.strategy == second.strategy;
    });
    refuse_at(file_name_, second.line, 1,
              fmt::format("a second row for draw {} of strategy {}", quoted(draws_.names()[second.draw]),
                          quoted(strategies_.names()[second.strategy])),
              fmt::format("the first is line {}", first->line), "keep one of them");
  }

  [[noreturn]] void refuse_missing(std::size_t draw, std::size_t strategy) const {
    refuse_at(file_name_, first_line_[draw], 1,
              fmt::format("draw {} has no row for strategy {}", quoted(draws_.names()[draw]),
                          quoted(strategies_.names()[strategy])),
              "strategies are compared within draws", "add the row, or leave the whole draw out");
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

  const std::string& file_name_;
  const Header& header_;
  const PsaColumns& wanted_;
  Names draws_, strategies_;
  std::vector<std::int64_t> first_line_;  // [draw]
  std::vector<Cell> cells_;
  std::vector<Parameter> further_;
};

}  // namespace

PsaFile read_psa_file(std::istream& in, const std::string& file_name, const PsaColumns& wanted) {
  std::optional<Header> header;
  Names scenarios;
  std::vector<Reader> readers;
  read_csv_rows(
      in, file_name, "draw and strategy", [&](const CsvRow& row) { header.emplace(file_name, row, wanted); },
      [&](CsvRow& row) {
        const std::size_t place =
            scenarios.number_of(header->scenario == absent ? std::string() : row.fields[header->scenario]);
        if (place == readers.size()) readers.emplace_back(file_name, *header, wanted);
        readers[place].read_row(row);
      });
  PsaFile file;
  for (std::size_t place = 0; place < readers.size(); ++place)
    file.parts.push_back({scenarios.names()[place], readers[place].take()});
  if (header->unnamed) file.notes.push_back("the column without a name is taken for row numbers and passed over");
  if (!header->pairs.empty() && header->draw == absent)
    file.notes.push_back("there is no column \"draw\": each row is a draw, numbered from 1");
  return file;
}

Psa read_psa(std::istream& in, const std::string& file_name, const PsaColumns& wanted) {
  PsaFile file = read_psa_file(in, file_name, wanted);
  if (file.parts.size() > 1)
    throw InvalidInput(fmt::format("{}: {}", file_name,
                                   explain(fmt::format("the table has {} scenarios", file.parts.size()),
                                           "one is wanted", "keep the rows of one")));
  return std::move(file.parts.front().psa);
}

}  // namespace vcohort
