#include "io/console/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>

namespace vcohort {

namespace {

using Clock = std::chrono::steady_clock;

std::chrono::milliseconds pause_of(ProgressStyle style) {
  return std::chrono::milliseconds(style == ProgressStyle::bar ? 100
                                                               : 5000);  // a line in a log file every five seconds
}

/// A shard has no letter that JSON would want escaped.
std::string json_of(const std::string& shard) {
  return shard.empty() ? "null" : "\"" + shard + "\"";
}

}  // namespace

std::string short_count(double count) {
  constexpr double thousand = 1e3;
  if (count < 10 * thousand) return fmt::format("{:.0f}", count);
  if (count < thousand * thousand) return fmt::format("{:.0f} k", count / thousand);
  return fmt::format("{:.1f} M", count / (thousand * thousand));
}

std::string short_duration(double seconds) {
  constexpr int minute = 60;
  constexpr int hour = 3600;
  if (!(seconds >= 0) || seconds > 1e9) return "unknown";
  if (seconds < 10) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<long>(std::lround(seconds));
  if (whole < minute) return fmt::format("{} s", whole);
  if (whole < hour) return fmt::format("{} min {} s", whole / minute, whole % minute);
  return fmt::format("{} h {} min", whole / hour, whole % hour / minute);
}

ProgressView::ProgressView(ProgressStyle style, std::string shard) : style_(style), shard_(std::move(shard)) {
  if (style_ == ProgressStyle::automatic) style_ = isatty(STDERR_FILENO) ? ProgressStyle::bar : ProgressStyle::log;
  last_ = style_ == ProgressStyle::bar ? Clock::time_point{} : Clock::now();
}

ProgressView::~ProgressView() {
  if (drawn_ && style_ == ProgressStyle::bar) std::fputc('\n', stderr);
}

void ProgressView::show(const Progress& progress) {
  if (style_ == ProgressStyle::none) return;
  const bool finished = progress.blocks == progress.all_blocks;
  const auto now = Clock::now();
  if (now - last_ < pause_of(style_) && !(finished && (drawn_ || style_ == ProgressStyle::json))) return;
  last_ = now;
  draw(progress);
  drawn_ = true;
}

void ProgressView::close(const RunCost& cost) {
  if (style_ != ProgressStyle::json) return;
  fmt::print(stderr,
             "{{\"shard\":{},\"end\":true,\"seconds\":{:.3f},\"cpu_seconds\":{:.3f},\"peak_memory_bytes\":{:.0f},"
             "\"bytes_written\":{:.0f}}}\n",
             json_of(shard_), cost.seconds, cost.cpu_seconds, cost.peak_memory, cost.bytes_written);
}

std::string sentence_of(const RunCost& cost) {
  constexpr double mebibyte = 1024.0 * 1024.0;
  return fmt::format("{}, {} of processor time, {:.0f} MiB of memory, {:.1f} MiB written", short_duration(cost.seconds),
                     short_duration(cost.cpu_seconds), cost.peak_memory / mebibyte, cost.bytes_written / mebibyte);
}

void ProgressView::draw(const Progress& p) {
  const double share = p.all_blocks > 0 ? static_cast<double>(p.blocks) / static_cast<double>(p.all_blocks) : 1.0;
  const double rate = p.seconds > 0 ? static_cast<double>(p.patients) / p.seconds : 0.0;
  const double left = share > 0 ? p.seconds * (1 - share) / share : std::nan("");
  if (style_ == ProgressStyle::json) {
    fmt::print(stderr,
               "{{\"shard\":{},\"blocks\":{},\"all_blocks\":{},\"patients\":{},\"all_patients\":{},\"seconds\":{:.3f},"
               "\"patients_per_second\":{:.1f},\"seconds_left\":{}}}\n",
               json_of(shard_), p.blocks, p.all_blocks, p.patients, p.all_patients, p.seconds, rate,
               share > 0 ? fmt::format("{:.3f}", left) : "null");
    return;
  }
  const std::string text = fmt::format(
      "{}{:3.0f} %  {} of {} patients, {} patients/s, {} left", shard_.empty() ? "" : "shard " + shard_ + " ",
      100 * share, short_count(static_cast<double>(p.patients)), short_count(static_cast<double>(p.all_patients)),
      short_count(rate), short_duration(left));
  if (style_ == ProgressStyle::log) {
    fmt::print(stderr, "vcohort: {}\n", text);
    return;
  }
  constexpr int width = 24;
  const int full = static_cast<int>(share * width);
  fmt::print(stderr, "\r[{}{}] {}\033[K", std::string(static_cast<std::size_t>(full), '='),
             std::string(static_cast<std::size_t>(width - full), ' '), text);
}

}  // namespace vcohort
