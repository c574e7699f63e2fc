#pragma once
#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/analysis/mmrm/mmrm.hpp"

namespace vcohort::analysis {

/// A dataset that owns its columns, as read from a wide CSV: patient columns, then y1, y2, ... with NA for missing.
struct WideData {
  std::vector<int> arm;
  std::vector<double> outcome;  // [visit][patient]
  std::map<std::string, std::vector<double>> columns;
  int visits = 0;

  std::size_t patients() const { return arm.size(); }

  MmrmData view(const std::vector<std::string>& covariates) {
    spans_.clear();
    for (const std::string& name : covariates) spans_.push_back(columns.at(name));
    return {arm, outcome, spans_};
  }

 private:
  std::vector<std::span<const double>> spans_;
};

inline std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream stream(line);
  for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
  return cells;
}

inline std::string oracle(const std::string& file) {
  return std::string(VCOHORT_ORACLES) + "/mmrm/" + file;
}

inline WideData read_wide(const std::string& name) {
  std::ifstream file(oracle(name + ".csv"));
  if (!file) throw std::runtime_error("cannot read " + name);
  std::string line;
  std::getline(file, line);
  const std::vector<std::string> header = split(line);
  std::vector<std::vector<double>> values(header.size());
  while (std::getline(file, line)) {
    const std::vector<std::string> cells = split(line);
    for (std::size_t c = 0; c < header.size(); ++c)
      values[c].push_back(cells[c] == "NA" ? std::nan("") : std::stod(cells[c]));
  }
  WideData data;
  for (std::size_t c = 0; c < header.size(); ++c) {
    if (header[c] == "arm") {
      data.arm.assign(values[c].begin(), values[c].end());
    } else if (header[c][0] == 'y') {
      data.outcome.insert(data.outcome.end(), values[c].begin(), values[c].end());
      ++data.visits;
    } else {
      data.columns[header[c]] = values[c];
    }
  }
  return data;
}

inline MmrmModel model_of(const WideData& data) {
  MmrmModel model;
  for (int t = 0; t < data.visits; ++t) model.visits.push_back(std::to_string(t + 1));
  int arms = 0;
  for (const int arm : data.arm) arms = std::max(arms, arm + 1);
  for (int a = 0; a < arms; ++a) model.arms.push_back(std::to_string(a));
  return model;
}

}  // namespace vcohort::analysis
