#pragma once
#include <ostream>
#include <string_view>

#include "engine/numeric/table.hpp"

namespace vcohort {

class ResultFile;

/// Comma-separated values with a header line, quoted as RFC 4180 says, one "\n" behind each line. Numbers are written
/// as shown_value() does; an empty text is "" in quotes, so that no line is empty. StorageFailure where the stream
/// fails.
void write_csv(const Table& table, std::ostream& out);

/// The same from a file, in constant memory, with what is swept before its columns.
void write_csv(const ResultFile& file, std::string_view table, std::ostream& out);

}  // namespace vcohort
