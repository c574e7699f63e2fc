#include "io/console/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

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

}  // namespace

void set_log_level(LogLevel level) {
  logger().set_level(level == LogLevel::quiet    ? spdlog::level::err
                     : level == LogLevel::normal ? spdlog::level::info
                                                 : spdlog::level::debug);
}
void log_notice(const std::string& text) {
  logger().info("{}", text);
}
void log_detail(const std::string& text) {
  logger().debug("{}", text);
}
void log_problem(const std::string& text) {
  logger().error("{}", text);
}

}  // namespace vcohort
