#include "core/uri.hpp"

#include <cstddef>
#include <new>

namespace muster {
namespace {

bool succeeded(int status) {
  if (status == URI_ERROR_MALLOC) throw std::bad_alloc{};
  return status == URI_SUCCESS;
}

}  // namespace

bool uri::parse(std::string_view text) {
  return succeeded(
      ::uriParseSingleUriExA(&parts_, text.data(), text.data() + text.size(), nullptr));
}

bool uri::resolve(const uri& reference, const uri& base) {
  return succeeded(::uriAddBaseUriA(&parts_, &reference.parts_, &base.parts_));
}

bool uri::normalize() {
  return succeeded(::uriNormalizeSyntaxExA(&parts_, URI_NORMALIZE_SCHEME | URI_NORMALIZE_HOST));
}

std::optional<std::string> uri::to_string() const {
  int characters = 0;
  if (!succeeded(::uriToStringCharsRequiredA(&parts_, &characters))) return std::nullopt;
  std::string written(static_cast<std::size_t>(characters) + 1, '\0');
  if (!succeeded(::uriToStringA(written.data(), &parts_, characters + 1, nullptr))) {
    return std::nullopt;
  }
  written.resize(static_cast<std::size_t>(characters));
  return written;
}

std::string_view uri::piece(const UriTextRangeA& range) {
  if (range.first == nullptr) return {};
  return {range.first, static_cast<std::size_t>(range.afterLast - range.first)};
}

}  // namespace muster
