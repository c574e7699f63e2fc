#pragma once
#include <cstdint>
#include <string>

namespace vcohort {

/// Messages to the user, on standard error as "vcohort: ..." so that standard output holds results only.
enum class LogLevel : std::uint8_t { quiet, normal, verbose };
void set_log_level(LogLevel);

/// "vcohort: ...", the same with the time before the message, or {"level": ..., "message": ...}.
enum class LogStyle : std::uint8_t { plain, timed, json };
void set_log_style(LogStyle);

void log_notice(const std::string& text);   // something the user should know
void log_detail(const std::string& text);   // only with --verbose
void log_problem(const std::string& text);  // why the program ends; always shown
void log_line(const std::string& text);     // what was asked for; always shown

/// Replaces the last line of the terminal. A message, or end_line(), begins a new one.
void replace_line(const std::string& text);
void end_line();

}  // namespace vcohort
