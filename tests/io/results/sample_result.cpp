#include <cstdio>
#include <exception>
#include <string_view>

#include "io/results/digest.hpp"
#include "io/results/result_file.hpp"
#include "tests/io/results/sample.hpp"

/// sample_result write FILE: writes the sample with a long table. sample_result digest FILE: prints the content digest
/// after all checks of a reader.
int main(int count, char** arguments) {
  using namespace vcohort;
  if (count != 3) return 2;
  try {
    if (std::string_view(arguments[1]) == "write") {
      auto content = sample::result();
      content.tables.push_back(sample::patients(0, 40'000));
      content.tables.push_back(sample::patients(0, 0));
      content.tables.back().path = "/empty";
      publish_result(arguments[2], content);
    } else {
      const ResultFile file(arguments[2]);
      std::puts(content_digest(arguments[2]).c_str());
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
