#include "io/console/progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <vector>

#include "io/console/log.hpp"

namespace vcohort {

namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;

std::chrono::milliseconds pause_of(ProgressStyle style) {
  return std::chrono::milliseconds(style == ProgressStyle::bar ? 100
                                                               : 5000);  // a line in a log file every five seconds
}

Json json_of(const std::string& shard) {
  return shard.empty() ? Json(nullptr) : Json(shard);
}

void print_json(const Json& object) {
  fmt::print(stderr, "{}\n", object.dump());
}

/// Columns of the terminal behind standard error.
std::size_t terminal_width() {
  constexpr std::size_t unknown = 80;
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : unknown;
}

/// As many of the facts, from the first on, as a line holds; the first one always.
std::string first_that_fit(const std::vector<std::string>& facts) {
  std::string text = facts.front();
  for (std::size_t k = 1; k < facts.size() && text.size() + 2 + facts[k].size() < terminal_width(); ++k)
    text += ", " + facts[k];
  return text;
}

/// Replaces the line of the terminal: a bar where there is room for one, and the text. The last column stays free, so
/// that no terminal breaks the line.
void print_over(double share, std::string text) {
  constexpr std::size_t longest_bar = 24, shortest_bar = 6, frame = 3;
  const std::size_t room = terminal_width() - 1;
  text.resize(std::min(text.size(), room));
  const std::size_t width = std::min(longest_bar, room - std::min(room, text.size() + frame));
  const auto full = static_cast<std::size_t>(share * static_cast<double>(width));
  const std::string bar =
      width < shortest_bar ? "" : fmt::format("[{}{}] ", std::string(full, '='), std::string(width - full, ' '));
  replace_line(bar + text);
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
  set_log_style(style_ == ProgressStyle::json  ? LogStyle::json
                : style_ == ProgressStyle::log ? LogStyle::timed
                                               : LogStyle::plain);
}

ProgressView::~ProgressView() {
  end_line();
}

void ProgressView::begin(std::int64_t blocks, std::int64_t patients) {
  blocks_before_ = blocks;
  patients_before_ = patients;
}

void ProgressView::show(const Progress& progress) {
  if (style_ == ProgressStyle::none) return;
  const bool finished = progress.blocks == progress.all_blocks;
  const auto now = Clock::now();
  if (now - last_ < pause_of(style_) && !(finished && (drawn_ || style_ == ProgressStyle::json))) return;
  last_ = now;
  draw(progress);
}

void ProgressView::enter(const char* stage) {
  if (style_ == ProgressStyle::json)
    print_json({{"shard", json_of(shard_)}, {"stage", stage}});
  else if (style_ == ProgressStyle::log)
    log_line(stage);
  else if (style_ == ProgressStyle::bar)
    print_over(1, stage);
  drawn_ = true;
}

void ProgressView::close(int status, const RunCost& cost) {
  if (style_ != ProgressStyle::json) return;
  print_json({{"shard", json_of(shard_)},
              {"end", true},
              {"status", status},
              {"seconds", cost.seconds},
              {"cpu_seconds", cost.cpu_seconds},
              {"peak_memory_bytes", cost.peak_memory},
              {"bytes_written", cost.bytes_written}});
}

std::string sentence_of(const RunCost& cost) {
  constexpr double mebibyte = 1024.0 * 1024.0;
  return fmt::format("{}, {} of processor time, {:.0f} MiB of memory, {:.1f} MiB written", short_duration(cost.seconds),
                     short_duration(cost.cpu_seconds), cost.peak_memory / mebibyte, cost.bytes_written / mebibyte);
}

void ProgressView::draw(const Progress& p) {
  const std::int64_t blocks = blocks_before_ + p.blocks, all_blocks = blocks_before_ + p.all_blocks;
  const std::int64_t patients = patients_before_ + p.patients, all_patients = patients_before_ + p.all_patients;
  const double share = all_blocks > 0 ? static_cast<double>(blocks) / static_cast<double>(all_blocks) : 1.0;
  const double rate = p.seconds > 0 ? static_cast<double>(p.patients) / p.seconds : 0.0;
  const double left = p.seconds * static_cast<double>(p.all_blocks - p.blocks) / static_cast<double>(p.blocks);
  drawn_ = true;
  if (style_ == ProgressStyle::json) {
    print_json({{"shard", json_of(shard_)},
                {"stage", "simulating"},
                {"blocks", blocks},
                {"all_blocks", all_blocks},
                {"patients", patients},
                {"all_patients", all_patients},
                {"seconds", p.seconds},
                {"patients_per_second", rate},
                {"seconds_left", p.blocks > 0 ? Json(left) : Json(nullptr)}});
    return;
  }
  const std::vector<std::string> facts{
      fmt::format("{}{:.0f} %", shard_.empty() ? "" : "shard " + shard_ + " ", 100 * share),
      short_duration(left) + " left",
      fmt::format("{} of {} patients", short_count(static_cast<double>(patients)),
                  short_count(static_cast<double>(all_patients))),
      short_count(rate) + " patients/s"};
  if (style_ == ProgressStyle::log)
    log_line(fmt::format("{}", fmt::join(facts, ", ")));
  else
    print_over(share, first_that_fit(facts));
}

}  // namespace vcohort
