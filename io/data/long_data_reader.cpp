#include "io/data/long_data_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>
#include <map>
#include <set>

#include "engine/numeric/errors.hpp"
#include "io/study/problems.hpp"

namespace vcohort {

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

bool is_missing(const std::string& text) {
  return text.empty() || text == "NA";
}

/// Texts with numbers inside: "VIS2" before "VIS10".
bool natural_less(const std::string& a, const std::string& b) {
  std::size_t i = 0;
  std::size_t j = 0;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  while (i < a.size() && j < b.size()) {
    if (digit(a[i]) && digit(b[j])) {
      double one = 0;
      double other = 0;
      const auto end_a = std::from_chars(a.data() + i, a.data() + a.size(), one).ptr;
      const auto end_b = std::from_chars(b.data() + j, b.data() + b.size(), other).ptr;
      if (one != other) return one < other;
      i = static_cast<std::size_t>(end_a - a.data());
      j = static_cast<std::size_t>(end_b - b.data());
    } else if (a[i] != b[j]) {
      return a[i] < b[j];
    } else {
      ++i;
      ++j;
    }
  }
  return a.size() - i != b.size() - j ? a.size() - i < b.size() - j : a < b;
}

class Reader {
 public:
  Reader(const CsvFile& file, const DataColumns& columns, const AnalysisPlan& plan)
      : file_(file), columns_(columns), plan_(plan) {}

  LongData read() {
    const std::size_t patient = file_.column(columns_.patient, "data.patient");
    const std::size_t arm = file_.column(columns_.arm, "data.arm");
    const std::size_t value = file_.column(columns_.value, "data.value");
    visit_ = columns_.visit.empty() ? none : file_.column(columns_.visit, "data.visit");
    list_patients(patient);
    list_arms(arm);
    list_visits();
    data_.value.assign(data_.visits.size() * data_.patients.size(), missing);
    std::vector<std::int64_t> seen(data_.value.size(), 0);
    for (std::size_t row = 0; row < file_.rows.size(); ++row) {
      const std::size_t cell = visit_of_[row] * data_.patients.size() + patient_of_[row];
      if (seen[cell] != 0)
        refuse(row,
               fmt::format("a second row for patient {}{}", quoted(file_.rows[row][patient]),
                           columns_.visit.empty() ? "" : " at this visit"),
               fmt::format("the first is line {}", seen[cell]), "keep one of them");
      seen[cell] = file_.line[row];
      data_.value[cell] = number(row, value);
    }
    if (!columns_.baseline.empty())
      data_.baseline = of_patient(file_.column(columns_.baseline, "data.baseline"), "baseline").values;
    std::set<std::string> wanted;
    for (const auto* names : {&plan_.adjust, &plan_.adjust_by_visit, &plan_.stratify})
      for (const std::string& name : *names)
        if (name != "baseline" && wanted.insert(name).second)
          data_.covariates.push_back(of_patient(file_.column(name, "trial.primary"), name));
    const auto uses_baseline = [](const std::vector<std::string>& names) {
      return std::find(names.begin(), names.end(), "baseline") != names.end();
    };
    if (data_.baseline.empty() &&
        (plan_.change_from_baseline || uses_baseline(plan_.adjust) || uses_baseline(plan_.adjust_by_visit)))
      throw InvalidInput(
          explain("the analysis needs a baseline", "data.baseline names no column", "name the column that holds it"));
    return std::move(data_);
  }

 private:
  static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

  [[noreturn]] void refuse(std::size_t row, const std::string& problem, const std::string& why,
                           const std::string& what_to_do) const {
    throw InvalidInput(fmt::format("{}:{}:1: {}", file_.name, file_.line[row], explain(problem, why, what_to_do)));
  }

  double number(std::size_t row, std::size_t column) const {
    const std::string& text = file_.rows[row][column];
    if (is_missing(text)) return missing;
    double value = 0;
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data() + (text.front() == '+' ? 1 : 0), end, value);
    if (parsed.ec != std::errc() || parsed.ptr != end || !(value - value == 0))
      refuse(row, fmt::format("{} in column {} is no number", quoted(text), quoted(file_.header[column])),
             "missing values are empty or NA", "correct it, or list the column in data.categorical");
    return value;
  }

  void list_patients(std::size_t column) {
    std::map<std::string, std::size_t> known;
    for (std::size_t row = 0; row < file_.rows.size(); ++row) {
      const std::string& name = file_.rows[row][column];
      if (is_missing(name))
        refuse(row, "this row has no patient", fmt::format("{} is empty", quoted(columns_.patient)),
               "fill it in, or remove the row");
      const auto [place, is_new] = known.emplace(name, data_.patients.size());
      if (is_new) {
        data_.patients.push_back(name);
        first_row_.push_back(row);
      }
      patient_of_.push_back(place->second);
    }
  }

  void list_arms(std::size_t column) {
    std::vector<std::string> names;
    for (std::size_t row = 0; row < file_.rows.size(); ++row) {
      const std::string& name = file_.rows[row][column];
      if (is_missing(name))
        refuse(row, "this row has no arm", fmt::format("{} is empty", quoted(columns_.arm)),
               "fill it in, or remove the patient");
      const std::string& first = file_.rows[first_row_[patient_of_[row]]][column];
      if (name != first)
        refuse(row, fmt::format("this patient is in arm {}", quoted(name)),
               fmt::format("an earlier row says {}", quoted(first)), "a patient has one arm");
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    std::sort(names.begin(), names.end(), natural_less);
    const auto reference = std::find(names.begin(), names.end(), columns_.reference);
    if (reference == names.end())
      throw InvalidInput(
          fmt::format("{}: {}", file_.name,
                      explain(fmt::format("nobody is in the reference arm {}", quoted(columns_.reference)),
                              fmt::format("the arms are {}", listed(names)), "correct data.reference")));
    std::rotate(names.begin(), reference, reference + 1);
    if (names.size() < 2)
      throw InvalidInput(fmt::format("{}: {}", file_.name,
                                     explain("there is only one arm", "a contrast needs two", "check data.arm")));
    data_.arms = names;
    for (const std::size_t row : first_row_)
      data_.arm.push_back(
          static_cast<int>(std::find(names.begin(), names.end(), file_.rows[row][column]) - names.begin()));
  }

  void list_visits() {
    if (visit_ == none) {
      data_.visits = {plan_.visit};
      visit_of_.assign(file_.rows.size(), 0);
      return;
    }
    std::set<std::string> names;
    for (std::size_t row = 0; row < file_.rows.size(); ++row) {
      const std::string& name = file_.rows[row][visit_];
      if (is_missing(name))
        refuse(row, "this row has no visit", fmt::format("{} is empty", quoted(columns_.visit)),
               "fill it in, or remove the row");
      names.insert(name);
    }
    data_.visits.assign(names.begin(), names.end());
    std::sort(data_.visits.begin(), data_.visits.end(), natural_less);
    for (const auto& row : file_.rows)
      visit_of_.push_back(static_cast<std::size_t>(
          std::lower_bound(data_.visits.begin(), data_.visits.end(), row[visit_], natural_less) -
          data_.visits.begin()));
  }

  /// A column that has one value per patient; where some rows are empty the others say it.
  LongData::Covariate of_patient(std::size_t column, const std::string& name) const {
    LongData::Covariate covariate{name, {}, std::vector<double>(data_.patients.size(), missing)};
    const bool categorical =
        std::find(columns_.categorical.begin(), columns_.categorical.end(), name) != columns_.categorical.end();
    if (categorical) {
      std::set<std::string> levels;
      for (const auto& row : file_.rows)
        if (!is_missing(row[column])) levels.insert(row[column]);
      covariate.levels.assign(levels.begin(), levels.end());
      std::sort(covariate.levels.begin(), covariate.levels.end(), natural_less);
    }
    for (std::size_t row = 0; row < file_.rows.size(); ++row) {
      const std::string& text = file_.rows[row][column];
      if (is_missing(text)) continue;
      const double value = categorical
                               ? static_cast<double>(std::find(covariate.levels.begin(), covariate.levels.end(), text) -
                                                     covariate.levels.begin())
                               : number(row, column);
      double& of_this = covariate.values[patient_of_[row]];
      if (of_this == of_this && of_this != value)
        refuse(row, fmt::format("{} changes within the patient", quoted(file_.header[column])),
               "a covariate has one value per patient", "use its value at baseline");
      of_this = value;
    }
    return covariate;
  }

  const CsvFile& file_;
  const DataColumns& columns_;
  const AnalysisPlan& plan_;
  LongData data_;
  std::size_t visit_ = none;
  std::vector<std::size_t> patient_of_, visit_of_, first_row_;
};

}  // namespace

LongData read_long_data(const CsvFile& file, const DataColumns& columns, const AnalysisPlan& plan) {
  return Reader(file, columns, plan).read();
}

}  // namespace vcohort
