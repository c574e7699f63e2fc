#include "io/report/gzip.hpp"

#include <zlib.h>

#include <array>

#include "engine/numeric/errors.hpp"

namespace vcohort {

namespace {

constexpr int gzip_window = 15 + 16;  // the largest, with the header of gzip
constexpr int memory_level = 9;
constexpr std::size_t piece = 1 << 16;

z_stream stream_over(std::string_view bytes) {
  z_stream stream{};
  // zlib reads only, but its types do not say so.
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  return stream;
}

/// Calls `step` until it says that the stream has ended.
template <class Step>
std::string drained(z_stream& stream, const Step& step) {
  std::string out;
  std::array<char, piece> buffer;
  int status = Z_OK;
  while (status == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_out = static_cast<uInt>(buffer.size());
    status = step(&stream);
    out.append(buffer.data(), buffer.size() - stream.avail_out);
  }
  if (status != Z_STREAM_END) throw InternalError("zlib cannot go through a page (" + std::to_string(status) + ")");
  return out;
}

}  // namespace

std::string compressed(std::string_view bytes) {
  z_stream stream = stream_over(bytes);
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, gzip_window, memory_level, Z_DEFAULT_STRATEGY) != Z_OK)
    throw InternalError("zlib cannot begin");
  std::string out = drained(stream, [](z_stream* of) { return deflate(of, Z_FINISH); });
  deflateEnd(&stream);
  return out;
}

std::string expanded(std::string_view bytes) {
  z_stream stream = stream_over(bytes);
  if (inflateInit2(&stream, gzip_window) != Z_OK) throw InternalError("zlib cannot begin");
  std::string out = drained(stream, [](z_stream* of) { return inflate(of, Z_NO_FLUSH); });
  inflateEnd(&stream);
  return out;
}

}  // namespace vcohort
