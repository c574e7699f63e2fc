#include "io/console/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "io/console/screen.hpp"

namespace vcohort {

namespace {

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> instance = [] {
    auto made = spdlog::stderr_logger_mt("vcohort");
    made->set_pattern("vcohort: %v");
    return made;
  }();
  return *instance;
}

LogStyle style = LogStyle::plain;

bool line_is_open = false;

/// On a terminal folded to its width; in a log a message is one line.
std::string fitting(const std::string& text) {
  if (isatty(STDERR_FILENO) == 0) return text;
  const std::string before = style == LogStyle::timed ? "vcohort: 0000-00-00 00:00:00 " : "vcohort: ";
  return folded(before + text, screen_width(STDERR_FILENO)).substr(before.size());
}

void write(spdlog::level::level_enum level, const char* name, const std::string& text) {
  using Json = nlohmann::ordered_json;
  if (!logger().should_log(level)) return;
  end_line();
  if (style == LogStyle::json)
    logger().log(level, Json{{"level", name}, {"message", text}}.dump(-1, ' ', false, Json::error_handler_t::replace));
  else
    logger().log(level, fitting(text));
}

}  // namespace

void set_log_level(LogLevel level) {
  logger().set_level(level == LogLevel::quiet    ? spdlog::level::err
                     : level == LogLevel::normal ? spdlog::level::info
                                                 : spdlog::level::debug);
}

void set_log_style(LogStyle wished) {
  style = wished;
  logger().set_pattern(style == LogStyle::plain   ? "vcohort: %v"
                       : style == LogStyle::timed ? "vcohort: %Y-%m-%d %H:%M:%S %v"
                                                  : "%v");
}

void log_notice(const std::string& text) {
  write(spdlog::level::info, "notice", text);
}
void log_detail(const std::string& text) {
  write(spdlog::level::debug, "detail", text);
}
void log_problem(const std::string& text) {
  write(spdlog::level::err, "problem", text);
}
void log_line(const std::string& text) {
  write(spdlog::level::critical, "progress", text);
}

void replace_line(const std::string& text) {
  std::fprintf(stderr, "\r%s\033[K", text.c_str());
  line_is_open = true;
}

void end_line() {
  if (line_is_open) std::fputc('\n', stderr);
  line_is_open = false;
}

}  // namespace vcohort
