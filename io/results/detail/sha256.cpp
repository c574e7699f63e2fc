#include "io/results/detail/sha256.hpp"

#include <openssl/evp.h>

#include "engine/numeric/errors.hpp"

namespace vcohort::detail {
namespace {

void require(int success) {
  if (success != 1) throw InternalError("SHA-256 failed (the cryptographic library refused it)");
}

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const {
  EVP_MD_CTX_free(context);
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  require(context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
}

void Sha256::bytes(const void* data, std::size_t size) {
  require(EVP_DigestUpdate(context_.get(), data, size));
}

void Sha256::number(std::uint64_t value) {
  std::array<unsigned char, 8> little_end_first{};
  for (std::size_t index = 0; index < little_end_first.size(); ++index) {
    little_end_first[index] = static_cast<unsigned char>(value >> (8 * index));
  }
  bytes(little_end_first.data(), little_end_first.size());
}

void Sha256::text(std::string_view value) {
  number(value.size());
  bytes(value.data(), value.size());
}

Sha256::Digest Sha256::finish() {
  Digest digest{};
  unsigned size = 0;
  require(EVP_DigestFinal_ex(context_.get(), digest.data(), &size));
  return digest;
}

std::string hex(const Sha256::Digest& digest) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * digest.size());
  for (const unsigned char byte : digest) {
    text.push_back(digits[byte >> 4]);
    text.push_back(digits[byte & 15]);
  }
  return text;
}

}  // namespace vcohort::detail
