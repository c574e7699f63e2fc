#include "io/cli/calibration.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "engine/run/shard.hpp"

namespace vcohort {

namespace {

double seconds_of_block(const Question& question, std::int64_t block, Tally& tally) {
  const auto began = std::chrono::steady_clock::now();
  auto rows = question.row_tables();
  question.simulate_block(block, tally, rows);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

}  // namespace

/// Blocks spread over each question, until a third of a second or a dozen of them is spent on it. The first one warms
/// caches and pays for what is made once, and is not counted.
Calibration calibrate(const Plan& plan) {
  constexpr std::int64_t most_blocks = 12;
  constexpr double enough_seconds = 1.0 / 3;
  Calibration calibration;
  for (std::size_t q = 0; q < plan.questions(); ++q) {
    const auto question = plan.question(q);
    const std::int64_t blocks = question->blocks();
    if (blocks == 0) continue;
    Tally tally = question->empty_tally();
    if (blocks > 1) seconds_of_block(*question, 0, tally);
    double spent = 0;
    std::int64_t patients = 0, all_patients = 0;
    for (std::int64_t sample = 0; sample < std::min(blocks, most_blocks) && spent < enough_seconds; ++sample) {
      const std::int64_t block = span_of(Shard{sample + 1, std::min(blocks, most_blocks)}, blocks).first;
      const double seconds = seconds_of_block(*question, block, tally);
      calibration.longest_block = std::max(calibration.longest_block, seconds);
      spent += seconds;
      patients += question->patients_in(block);
    }
    for (std::int64_t block = 0; block < blocks; ++block) all_patients += question->patients_in(block);
    calibration.core_seconds += spent * static_cast<double>(all_patients) / static_cast<double>(patients);
  }
  return calibration;
}

Shards shards_for(const Calibration& calibration, std::int64_t blocks, double task_seconds, int threads) {
  const double seconds = calibration.core_seconds / threads;
  const double wished = std::ceil(seconds / task_seconds);
  const double most = static_cast<double>(std::min(blocks, most_shards));
  Shards plan;
  plan.shards = static_cast<std::int64_t>(std::clamp(wished, 1.0, most));
  plan.seconds = std::max(seconds / static_cast<double>(plan.shards), calibration.longest_block);
  return plan;
}

}  // namespace vcohort
