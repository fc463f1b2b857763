#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <uriparser/Uri.h>

namespace muster {

/// A parsed URL (RFC 3986): pieces of the text it was parsed from, which has to outlive it. Throws
/// std::bad_alloc where uriparser finds no memory, as that says nothing about the text.
class uri {
 public:
  uri() = default;
  uri(const uri&) = delete;
  uri& operator=(const uri&) = delete;
  ~uri() { ::uriFreeUriMembersA(&parts_); }

  /// These three are called once at the most, on an empty one but for the last; false when that
  /// can't be done.
  bool parse(std::string_view text);
  bool resolve(const uri& reference, const uri& base);
  bool normalize();

  std::string_view scheme() const { return piece(parts_.scheme); }
  bool has_user() const { return parts_.userInfo.first != nullptr; }
  bool has_ip_literal() const { return parts_.hostData.ip6 || parts_.hostData.ipFuture.first; }
  /// Without the brackets of an IP literal.
  std::string_view host() const { return piece(parts_.hostText); }
  std::string_view port() const { return piece(parts_.portText); }
  std::optional<std::string> to_string() const;

 private:
  static std::string_view piece(const UriTextRangeA& range);

  UriUriA parts_{};
};

}  // namespace muster
