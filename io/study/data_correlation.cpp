#include "io/study/data_correlation.hpp"

#include <fmt/format.h>

#include <Eigen/Cholesky>
#include <array>
#include <cmath>
#include <cstdlib>

#include "io/study/number_text.hpp"
#include "io/study/trial_sections.hpp"

namespace vcohort {

namespace {

using Matrix = std::vector<std::vector<double>>;

constexpr std::array<std::string_view, 3> structures = {"ar1", "compound-symmetry", "toeplitz"};

/// A correlation in few numbers.
struct Structure {
  std::string name;
  std::vector<double> rho;
};

constexpr std::array<KeySpec, 2> keys = {{
    field<&Structure::name>(
        "structure", {.choices = structures, .required = true},
        "`ar1`: rho to the power of the number of visits between; `compound-symmetry`: rho for every two visits; "
        "`toeplitz`: one rho for visits 1, 2, ... apart. Visits count as equally spaced.",
        "\"ar1\""),
    field<&Structure::rho>("rho", {.form = "number, or list of numbers", .range = {-1, 1}, .required = true},
                           "Correlation of two neighbouring visits; for `toeplitz` of visits 1, 2, ... apart.", "0.6"),
}};

void refuse_indefinite(const KeyAt& at) {
  at.refuse("the correlation is not positive definite", "no outcomes have it", "check the numbers");
}

/// Correlations of visits 1, 2, ... apart; empty when refused.
std::vector<double> lags_of(const TableReader& table, const Structure& structure, std::size_t visits) {
  const auto& [name, rho] = structure;
  const std::size_t wanted = name == "toeplitz" ? visits - 1 : 1;
  if (rho.size() != wanted) {
    table.refuse("rho",
                 fmt::format("{} of {} visits needs {} correlation{}", name, visits, wanted, wanted == 1 ? "" : "s"),
                 fmt::format("there are {}", rho.size()), "");
    return {};
  }
  if (name == "toeplitz") return rho;
  std::vector<double> lags(visits - 1, rho.front());
  if (name == "ar1") {
    // Products in place of powers: the same bits everywhere.
    for (std::size_t lag = 1; lag < lags.size(); ++lag) lags[lag] = lags[lag - 1] * rho.front();
  }
  return lags;
}

std::optional<Matrix> read_structure(const KeyAt& at, std::size_t visits) {
  const TableReader table(at.value(), correlation_section, at.problems());
  Structure structure;
  fill(table, structure, at.scope);
  if (structure.name.empty() || structure.rho.empty()) return std::nullopt;
  if (visits < 2) {
    at.refuse("one visit has no correlation", "there is nothing to correlate it with", "remove it");
    return std::nullopt;
  }
  const std::vector<double> lags = lags_of(table, structure, visits);
  if (lags.empty()) return std::nullopt;
  Matrix matrix(visits, std::vector<double>(visits, 1.0));
  for (std::size_t row = 0; row < visits; ++row) {
    for (std::size_t column = 0; column < row; ++column)
      matrix[row][column] = matrix[column][row] = lags[row - column - 1];
  }
  return matrix;
}

std::optional<Matrix> read_matrix(const KeyAt& at, std::size_t visits) {
  const TomlValue& value = at.value();
  Matrix matrix;
  bool square = value.is_array() && value.items.size() == visits;
  if (value.is_array()) {
    for (const TomlValue& row : value.items) {
      square = square && row.is_array() && row.items.size() == visits;
      std::vector<double> numbers;
      for (const TomlValue& item : row.items) {
        const std::optional<double> number = finite_number(item);
        if (!number || std::fabs(*number) > 1) {
          at.problems().add(item.place, "a correlation is impossible", "it must be a number from -1 to 1", "");
          return std::nullopt;
        }
        numbers.push_back(*number);
      }
      matrix.push_back(numbers);
    }
  }
  if (!square) {
    at.refuse(fmt::format("\"correlation\" must be a matrix of {} x {} numbers", visits, visits),
              fmt::format("there are {} visits", visits), "or write { structure = \"ar1\", rho = 0.6 }");
    return std::nullopt;
  }
  for (std::size_t row = 0; row < visits; ++row) {
    if (matrix[row][row] != 1) {
      at.problems().add(
          value.items[row].items[row].place,
          fmt::format("the correlation of visit {} with itself is {}", row + 1, number_text(matrix[row][row])),
          "it is 1", "");
      return std::nullopt;
    }
    for (std::size_t column = 0; column < row; ++column) {
      if (matrix[row][column] == matrix[column][row]) continue;
      at.problems().add(value.items[row].items[column].place, "the correlation is not symmetric",
                        fmt::format("{} in row {}, {} in row {}", number_text(matrix[row][column]), row + 1,
                                    number_text(matrix[column][row]), column + 1),
                        "");
      return std::nullopt;
    }
  }
  return matrix;
}

}  // namespace

const SectionSpec correlation_section =
    section<Structure>("correlation", "data_model.correlation", "The correlation of the visits by a structure.", keys);

bool is_positive_definite(const Matrix& matrix) {
  const auto size = static_cast<Eigen::Index>(matrix.size());
  Eigen::MatrixXd dense(size, size);
  for (Eigen::Index row = 0; row < size; ++row) {
    for (Eigen::Index column = 0; column < size; ++column) {
      dense(row, column) = matrix[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)];
    }
  }
  const Eigen::LLT<Eigen::MatrixXd> factor(dense);
  constexpr double rounding = 1e-12;  // some thousand rounding errors of the ones on the diagonal
  return factor.info() == Eigen::Success && factor.matrixLLT().diagonal().array().square().minCoeff() > rounding;
}

std::optional<Matrix> read_correlation(const KeyAt& at, std::size_t visits) {
  auto matrix = at.value().is_table() ? read_structure(at, visits) : read_matrix(at, visits);
  if (matrix && !is_positive_definite(*matrix)) {
    refuse_indefinite(at);
    return std::nullopt;
  }
  return matrix;
}

}  // namespace vcohort
