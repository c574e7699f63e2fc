#include "io/console/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <nlohmann/json.hpp>

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

std::string written(const char* level, const std::string& text) {
  using Json = nlohmann::ordered_json;
  if (style != LogStyle::json) return text;
  return Json{{"level", level}, {"message", text}}.dump(-1, ' ', false, Json::error_handler_t::replace);
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
  logger().info("{}", written("notice", text));
}
void log_detail(const std::string& text) {
  logger().debug("{}", written("detail", text));
}
void log_problem(const std::string& text) {
  logger().error("{}", written("problem", text));
}
void log_line(const std::string& text) {
  logger().critical("{}", written("progress", text));
}

}  // namespace vcohort
