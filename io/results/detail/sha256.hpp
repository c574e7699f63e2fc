#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace vcohort::detail {

/// SHA-256 of what is fed, in order. Numbers enter as eight bytes, little end first; a text enters as its length and
/// its bytes, so that no two sequences of texts share a digest.
class Sha256 {
 public:
  using Digest = std::array<unsigned char, 32>;

  Sha256();
  void bytes(const void* data, std::size_t size);
  void number(std::uint64_t value);
  void text(std::string_view value);
  Digest finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

/// 64 lower-case hexadecimal digits.
std::string hex(const Sha256::Digest& digest);

}  // namespace vcohort::detail
