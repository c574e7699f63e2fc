#include "io/report/report_page.hpp"

#include <nlohmann/json.hpp>

#include "engine/numeric/errors.hpp"
#include "io/report/built_pages.hpp"
#include "io/report/gzip.hpp"
#include "io/report/page_data.hpp"
#include "io/results/json.hpp"

namespace vcohort {

namespace {

constexpr std::string_view place_of_results = "VCOHORT_RESULTS";

/// RFC 4648: its letters mean nothing to HTML.
std::string base64(std::string_view bytes) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (at + k < bytes.size() ? static_cast<unsigned char>(bytes[at + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) text += at + k > bytes.size() ? '=' : letters[group >> (18 - 6 * k) & 63];
  }
  return text;
}

constexpr std::string_view program_begins = "<script type=\"module\">", program_ends = "</script>";
constexpr std::string_view unpack = R"js(<script>addEventListener("DOMContentLoaded", async () => {
  const packed = Uint8Array.from(atob(document.getElementById("vcohort-program").textContent), (letter) => letter.charCodeAt(0));
  const program = document.createElement("script");
  program.type = "module";
  program.textContent = await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
  document.head.append(program);
});</script>)js";

/// The page with its program compressed, which is most of it; it unpacks the program when it is opened.
std::string with_packed_program(std::string page) {
  const std::size_t tag = page.find(program_begins), from = tag + program_begins.size(),
                    to = page.find(program_ends, tag);
  if (tag == std::string::npos || to == std::string::npos) throw InternalError("the page of the report has no program");
  const std::string packed = "<script type=\"text/plain\" id=\"vcohort-program\">" +
                             base64(compressed(page.substr(from, to - from))) + "</script>\n" + std::string(unpack);
  return page.replace(tag, to + program_ends.size() - tag, packed);
}

}  // namespace

std::string report_page(const std::vector<const ResultFile*>& results, const std::vector<Table>& added) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const ResultFile* result : results)
    all.push_back(page_data(*result, result == results.front() ? added : std::vector<Table>{}));
  std::string page = with_packed_program(expanded(built_report()));
  const std::size_t place = page.find(place_of_results);
  if (place == std::string::npos) throw InternalError("the page of the report has no place for results");
  page.replace(place, place_of_results.size(), base64(compressed(json_text(all))));
  return page;
}

std::string explorer_page() {
  return expanded(built_explorer());
}

}  // namespace vcohort
