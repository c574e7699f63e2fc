#include "io/data/patient_noise_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "engine/numeric/errors.hpp"
#include "io/data/csv_rows.hpp"
#include "io/study/problems.hpp"
#include "io/study/suggestion.hpp"

namespace vcohort {

namespace {

class Reader {
 public:
  Reader(const std::string& file_name, const Psa& psa, const std::string& scenario)
      : file_name_(file_name),
        wanted_(scenario),
        psa_(psa),
        covariance_(Eigen::MatrixXd::Constant(2 * psa.cost.cols(), 2 * psa.cost.cols(),
                                              std::numeric_limits<double>::quiet_NaN())) {}

  void read_header(const CsvRow& row) {
    constexpr std::array<const char*, 5> names = {"quantity", "strategy", "with_quantity", "with_strategy",
                                                  "covariance"};
    for (std::size_t k = 0; k < names.size(); ++k) {
      const auto found = std::find(row.fields.begin(), row.fields.end(), names[k]);
      if (found == row.fields.end())
        refuse(row, 0, fmt::format("there is no column {}", quoted(names[k])),
               "patient noise has quantity, strategy, with_quantity, with_strategy and covariance",
               "export policy/patient_noise of a result");
      column_[k] = static_cast<std::size_t>(found - row.fields.begin());
    }
    const auto found = std::find(row.fields.begin(), row.fields.end(), "scenario");
    if (found != row.fields.end()) scenario_ = static_cast<std::size_t>(found - row.fields.begin());
  }

  void read_row(const CsvRow& row) {
    if (scenario_ && !wanted_.empty() && row.fields[*scenario_] != wanted_) return;
    const Eigen::Index one = place(row, column_[0], column_[1]), other = place(row, column_[2], column_[3]);
    double& value = covariance_(one, other);
    if (!std::isnan(value))
      refuse(row, column_[0], "a pair stands twice", "a table of several scenarios has to be taken apart first",
             "export one with --scenario");
    const std::string& text = row.fields[column_[4]];
    const std::optional<double> number = number_in(text);
    if (!number) {
      const bool comma = has_decimal_comma(text);
      refuse(row, column_[4], fmt::format("{} is no finite number", quoted(text)),
             comma ? decimal_comma : "it is a covariance", comma ? write_points : "correct it");
    }
    value = *number;
    if (std::abs(value) > largest_amount * largest_amount)
      refuse(row, column_[4], fmt::format("{} is too large", quoted(text)), "it is a covariance", "correct it");
  }

  Eigen::MatrixXd take() {
    if (covariance_.hasNaN())
      throw InvalidInput(fmt::format("{}: {}", file_name_,
                                     explain("a pair of strategies is missing", "the covariance is that of all of them",
                                             "export policy/patient_noise of the result that the draws come from")));
    return covariance_;
  }

 private:
  [[noreturn]] void refuse(const CsvRow& row, std::size_t field, const std::string& problem, const std::string& why,
                           const std::string& what_to_do) const {
    throw InvalidInput(
        fmt::format("{}:{}:{}: {}", file_name_, row.line, row.place(field), explain(problem, why, what_to_do)));
  }

  Eigen::Index place(const CsvRow& row, std::size_t quantity, std::size_t strategy) const {
    const std::string& kind = row.fields[quantity];
    if (kind != "cost" && kind != "effect")
      refuse(row, quantity, fmt::format("{} is no quantity", quoted(kind)), "it is cost or effect", "correct it");
    const std::string& name = row.fields[strategy];
    const auto found = std::find(psa_.strategies.begin(), psa_.strategies.end(), name);
    if (found == psa_.strategies.end())
      refuse(row, strategy, fmt::format("no draw has the strategy {}", quoted(name)), "draws and noise belong together",
             did_you_mean(name, std::vector<std::string_view>(psa_.strategies.begin(), psa_.strategies.end())));
    return (found - psa_.strategies.begin()) + (kind == "effect" ? psa_.cost.cols() : 0);
  }

  std::string file_name_, wanted_;
  std::optional<std::size_t> scenario_;
  const Psa& psa_;
  std::array<std::size_t, 5> column_{};
  Eigen::MatrixXd covariance_;
};

}  // namespace

Eigen::MatrixXd read_patient_noise(std::istream& in, const std::string& file_name, const Psa& psa,
                                   const std::string& scenario) {
  Reader reader(file_name, psa, scenario);
  read_csv_rows(
      in, file_name, "pair of costs and effects", [&](const CsvRow& row) { reader.read_header(row); },
      [&](CsvRow& row) { reader.read_row(row); });
  return reader.take();
}

}  // namespace vcohort
