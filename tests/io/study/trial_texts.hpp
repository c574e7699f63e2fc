#pragma once
#include <gtest/gtest.h>

#include "io/study/study_reader.hpp"
#include "tests/io/study/test_files.hpp"

namespace vcohort {

inline StudyReading read_file(const std::string& name) {
  return read_study(source_file("tests/io/study/studies/" + name), name);
}

/// A trial under a data model, in few lines.
inline std::string with_model(const std::string& model, const std::string& primary, const std::string& trial = "") {
  return "format = \"vcohort-study 1\"\n[data_model]\n" + model +
         "\n[trial]\narms = [{ strategy = \"a\" }, { strategy = \"b\" }]\nsample_size = 100\nreplicates = 10\n" +
         trial + "\nprimary = { " + primary + " }\n";
}

/// Reads it, and reads what was resolved again.
inline Study read_model(const std::string& model, const std::string& primary, const std::string& trial = "") {
  const StudyReading reading = read_study(with_model(model, primary, trial), "x");
  EXPECT_EQ(read_study(reading.resolved, "resolved").resolved, reading.resolved);
  return reading.study;
}

}  // namespace vcohort
