// Cookies along redirects, and where these led.
#include "cli/sweep.hpp"
#include "support/nginx_server.hpp"

#include <regex>

using namespace muster::test;

namespace {

constexpr const char* pages =
    "location = /login { add_header Set-Cookie 'id=7; Path=/; HttpOnly' always;"
    "  add_header Set-Cookie 'deep=1; Path=/deep' always;"
    "  add_header Set-Cookie 'foreign=1; Domain=shop.example' always;"
    "  add_header Set-Cookie 'secure=1; Secure' always;"
    "  return 302 /shown; }"
    "location = /logout { add_header Set-Cookie 'id=; Path=/; Max-Age=0' always;"
    "  return 302 /shown; }"
    "location = /in-and-out { add_header Set-Cookie 'id=7; Path=/' always; return 302 /logout; }"
    "location = /elsewhere { add_header Set-Cookie 'id=7; Path=/' always;"
    "  return 302 http://localhost:$server_port/shown; }"
    "location = /shown { default_type text/plain; return 200 \"<$http_cookie>\"; }"
    "location = /wall { if ($cookie_seen = 1) { return 200 in; }"
    "  add_header Set-Cookie 'seen=1'; return 302 /wall; }";

process_result ask(const std::string& url, std::vector<std::string> more = {}) {
  more.insert(more.begin(), {url, "--max-redirects", "5", "--json", "-4"});
  return sweep(std::move(more));
}

bool shows(const process_result& result) { return contains(result.out, R"("status":"up")"); }

}  // namespace

TEST_CASE("a cookie that a redirect sets is sent along with what follows, if it is to be") {
  MUSTER_NEED_NGINX();
  const nginx_server nginx{"", pages};
  CHECK(shows(ask(nginx.url("/login"), {"--cookies", "--expect-body", "^<id=7>$"})));
  CHECK(shows(ask(nginx.url("/login"), {"--expect-body", "^<>$"})));
  CHECK(shows(ask(nginx.url("/in-and-out"), {"--cookies", "--expect-body", "^<>$"})));
  CHECK(shows(ask(nginx.url("/login"),
                  {"--cookies", "--header", "Cookie: own=1", "--expect-body", "^<own=1; id=7>$"})));
  CHECK(shows(ask(nginx.url("/wall"), {"--cookies", "--expect-body", "^in$"})));
  CHECK(contains(ask(nginx.url("/wall")).out, R"("reason":"too_many_redirects")"));
  // A header of one's own would stay behind as well.
  CHECK(shows(ask(nginx.url("/elsewhere"), {"--cookies", "--expect-body", "^<>$"})));
}

TEST_CASE("each probe begins without cookies") {
  MUSTER_NEED_NGINX();
  const nginx_server nginx{"", pages};
  const auto result =
      sweep({nginx.url("/login"), nginx.url("/shown"), "--max-redirects", "5", "--cookies",
             "--ordered", "--max-in-flight", "1", "--json", "--expect-body", "^<>$"});
  CAPTURE(result.out);
  CHECK(lines_with(result.out, R"("reason":"body_not_expected")") == 1);
  CHECK(lines_with(result.out, R"("status":"up")") == 1);
}

TEST_CASE("the URL that is asked last is as expected, or a mismatch that names the check") {
  MUSTER_NEED_NGINX();
  const nginx_server nginx;
  CHECK(shows(ask(nginx.url("/redirect-twice"), {"--expect-url", "^http://127[^/]*/$"})));
  CHECK(shows(ask(nginx.url("/"), {"--expect-url", ":[0-9]+/$"})));
  const auto other = ask(nginx.url("/redirect"), {"--expect-url", "/redirect$"});
  CAPTURE(other.out);
  CHECK(contains(other.out, R"("status":"mismatch","reason":"url_not_expected")"));
  CHECK(contains(other.out, R"("failed_check":"--expect-url /redirect$")"));
  process_options rows;
  rows.input =
      "url,expect_url\n" + nginx.url("/redirect") + ",/$\n" + nginx.url("/redirect") + ",t$\n";
  const auto listed = sweep({"-iL", "-", "--max-redirects", "1", "--json"}, rows);
  CAPTURE(listed.out, listed.err);
  CHECK(lines_with(listed.out, R"("status":"up")") == 1);
  CHECK(lines_with(listed.out, R"("reason":"url_not_expected")") == 1);
  const auto wrong = sweep({nginx.url(), "--expect-url", "("});
  CHECK(wrong.exit_code == 2);
  CHECK(wrong.out.empty());
}
