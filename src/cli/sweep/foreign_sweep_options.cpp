#include "cli/foreign_option_tables.hpp"

#include <array>

namespace muster {
namespace {

// Where two tools mean different things by one letter, both are answered.
constexpr auto known = std::to_array<foreign_option>({
    {"p", "--tcp 22,80 or --ports 22,80 names ports, --interval TIME is between echo requests"},
    {"a", "--only up shows what is up; without it, silent members of ranges are not shown either"},
    {"A", "results have the address already (--json); services are told by --http and --exec only"},
    {"b",
     "--size BYTES is the payload of an echo request, --exclude-file FILE lists what is not "
     "probed"},
    {"B", "--backoff TIME is the wait before the first retry, --rate N the pace of the run"},
    {"c",
     "--count N sends N echo requests to each target, --max-in-flight N is how many probes at "
     "once"},
    {"C vcount pings packets requests", "--count N sends N echo requests to each target"},
    {"d rdns name numeric no-dns dns", "addresses stay numbers, and names stay names"},
    {"D U timestamp timestamps", "--json and --csv give each result its time"},
    {"e", "--source ADDRESS says from where; the elapsed time is shown anyway"},
    {"E multihomed",
     "a name is probed at one of its addresses: -4, -6 or --prefer-ipv6 says which"},
    {"f file list hosts targets input hostfile target-file includefile include-file "
     "inputfile",
     "-iL FILE reads targets from a file"},
    {"F", "--tcp 22,80 connects to these ports; there is no list of common ones"},
    {"g iR generate cidr range random-hosts",
     "a block or a range is a target: 10.0.0.0/24, 10.0.0.5-20"},
    {"H", "--ttl N is the time to live, --header 'Name: value' sends a header"},
    {"i",
     "--rate N starts N probes a second, --interval TIME is between echo requests to one target"},
    {"I", "--source ADDRESS is where probes are sent from, --head asks with HEAD"},
    {"j J format output-format output-module output-fields jsonl ndjson xml html grepable "
     "webxml stylesheet no-stylesheet write-out",
     "--json and --csv write for programs, -o FILE.html for people"},
    {"k cacert capath tls-grab tls-probe ssl tlsv1.2 tlsv1.3 ciphers",
     "https:// and --tls PORTS speak TLS; --insecure takes any certificate, --ca-file FILE is whom "
     "to rely on, --tls-min VERSION the least version"},
    {"l", "-iL FILE reads targets from a file; a sweep probes once, or --count N times"},
    {"L fr fhr location follow-redirects follow follow-host-redirects max-redirs maxr "
     "disable-redirects",
     "--max-redirects N follows redirects"},
    {"m", "--timeout TIME is for each probe, --address each probes all of a name's addresses"},
    {"M dontfrag dont-fragment mtu", "--df forbids fragmentation"},
    {"n", "--count N sends several echo requests; addresses stay numbers, and names stay names"},
    {"N mc fc ms fs match-code filter-code match-string filter-string filter match fields "
     "netdata outage addr jq",
     "--json writes all there is, for a program to choose from"},
    {"O", "--tos N is the type of service; systems are not recognised"},
    {"P Z concurrency threads thread workers parallel jobs parallel-max max-parallelism "
     "min-parallelism min-hostgroup max-hostgroup batch-size sockets sender-threads "
     "connections",
     "--max-in-flight N is how many probes are on their way at once"},
    {"Q", "--tos N is the type of service, -q shows nothing but the summary"},
    {"r", "--retries N tries again after silence, --resolver SERVER asks these name servers"},
    {"R pattern random-data",
     "what is sent in an echo request can't be chosen, but for its --size BYTES"},
    {"s", "--size BYTES is the payload of an echo request; statistics are shown anyway"},
    {"S src source-ip iface interface adapter adapter-ip dns-ipv4-addr bind local-address",
     "--source ADDRESS is where probes are sent from"},
    {"T", "--timeout TIME is for each probe, --rate N and --max-in-flight N are the pace"},
    {"u", "--only timeout,unreachable shows what is not there; a URL is a target as it is"},
    {"v", "--show-all shows silent members of ranges, too; muster --version tells the version"},
    {"V", "muster --version tells it"},
    {"w", "--deadline TIME is for the whole run, --json writes all there is about a result"},
    {"W max-time connect-timeout max-rtt-timeout min-rtt-timeout initial-rtt-timeout "
     "connection-timeout cooldown-time wait timeout-ms retry-max-time expect100-timeout",
     "--timeout TIME is for each probe"},
    {"x", "--proxy URL asks a proxy, --min-up N stops as soon as N targets are up"},
    {"X", "--min-up N stops as soon as N targets are up, --head asks with HEAD"},
    {"z max-runtime duration max-run-time", "--deadline TIME is for the whole run"},
    {"sn sP ping-scan no-port-scan discovery",
     "an address or a block gets an echo request and no more, unless --tcp or --http asks for it"},
    {"sL", "muster run --dry-run TARGET -- echo {} lists targets and sends nothing"},
    {"Pn P0 PN",
     "every probe is sent, whether the host answers others or not, unless --alive-first asks for "
     "it"},
    {"PE PP PM PO ping echo", "--icmp sends an echo request"},
    {"PS PA port target-port target-ports dest-port", "--tcp 22,80 connects to ports"},
    {"PU sU", "--udp PORT sends a datagram to a port"},
    {"PY sS sT sA sW sM sN sF sX sI sY sZ sO syn connect scanflags scan-type probe-module",
     "--tcp PORTS makes whole connections; there is no other scan"},
    {"PR localnet local arp",
     "name the block: 192.168.0.0/24 (ip address shows which it is); --icmp asks all of it"},
    {"sV td banners banner service version-intensity version-light version-all "
     "osscan-limit osscan-guess traceroute tech-detect favicon jarm cdn asn screenshot "
     "os-detection",
     "services and systems are not recognised; --talk ssh and others tell a banner, --http a web "
     "server's name and title, and --exec runs a plugin"},
    {"sC script scripts script-args script-help command plugin script-args-file "
     "script-updatedb",
     "--exec 'COMMAND {}' runs a monitoring plugin"},
    {"oN oX oG oS oA oJ oL oD oB oU output-file output-filename output-normal out report "
     "remote-name output-dir append-output store-response",
     "-o FILE writes results to a file: .jsonl, .csv, .txt or .html"},
    {"vv dd all verbose debug trace trace-ascii packet-trace "
     "show-error version-trace script-trace",
     "--show-all shows silent members of ranges, too"},
    {"T0 T1 T2 T3 T4 T5",
     "--rate N and --max-in-flight N are the pace, --timeout TIME the patience"},
    {"sc cl ct rt status-code statuscode content-length content-type title web-server "
     "webserver server response-time include show-headers dump-header ip",
     "--http asks for it, and shows status code, title, server and type"},
    {"rl rate-limit max-rate min-rate bandwidth scan-delay max-scan-delay delay "
     "limit-rate qps pps",
     "--rate N starts N probes a second"},
    {"nc no-color no-colour color colour colors",
     "the environment variable NO_COLOR turns colours off"},
    {"bp max-filesize body-preview", "--max-body BYTES is how much of a body is read"},
    {"sd ignoredups skip-dedupe unique uniq",
     "--dedupe probes each target once, else as often as it is named"},
    {"h2 http2 http1.1 http1.0 http3 no-http2 http2-prior-knowledge alpn no-alpn",
     "--http-versions 1.1,2 is what servers may choose from; 2 alone is spoken at once; "
     "--expect-version says what may answer"},
    {"grpc-service", "--grpc PORT/SERVICE asks about a service"},
    {"post upload-file get data data-string data-raw data-binary data-ascii data-urlencode form",
     "--method METHOD is what to ask with, --body TEXT|@FILE what to send"},
    {"url target", "a URL is a target as it is"},
    {"period", "--interval TIME is between the echo requests to one target"},
    {"retry tries max-retries attempts retry-all-errors retry-connrefused probes",
     "--retries N tries again after silence"},
    {"data-length packet-size payload-size length",
     "--size BYTES is the payload of an echo request"},
    {"hop-limit hoplimit", "--ttl N is the time to live"},
    {"tclass dscp qos", "--tos N is the type of service"},
    {"alive up open-only", "--only up shows what is up"},
    {"unreach unreachable", "--only timeout,unreachable shows what is not there"},
    {"dns-servers resolvers nameserver nameservers", "--resolver SERVER asks these name servers"},
    {"stats reason elapsed statistics", "it is shown without being asked for"},
    {"continue continue-at save-state", "--checkpoint FILE and --resume FILE go on with a run"},
    {"random shuffle random-order", "--randomize probes the targets in random order"},
    {"sequential no-randomize noninteractive",
     "targets are probed in the order given; --randomize mixes it"},
    {"spoof-mac badsum decoy ip-options source-port adapter-port adapter-mac source-mac "
     "router-mac gateway-mac local-port proxies",
     "packets are sent as they are, from an address of this machine"},
    {"send-eth send-ip privileged unprivileged iflist datadir offline pcap-filter",
     "the kernel makes the packets; --source ADDRESS is all that can be said"},
    {"excludefile blocklist-file blacklist-file blocklist blacklist",
     "--exclude-file FILE lists what is never probed"},
    {"allowlist-file whitelist-file allowlist whitelist",
     "what is named is what is probed; -iL FILE reads it from a file"},
    {"reachable fast-reachable max-results", "--min-up N stops as soon as N targets are up"},
    {"loop forever repeat watch squiet",
     "a sweep probes once; --count N sends several echo requests"},
    {"path paths request-target uri endpoint", "--http=/PATH asks every target for a path"},
    {"request", "--method METHOD is what to ask with, and so is a column called method"},
    {"headers http-user-agent random-agent useragent referer",
     "--header 'Name: value' sends a header, --user-agent TEXT that one"},
    {"connect-to vhost virtual-host host",
     "--resolve NAME=ADDRESS says where a name is, or a row with the columns ip and host does "
     "(-iL rows.csv)"},
    {"resolve-all probe-all-ips pa", "--address each probes all of a name's addresses"},
    {"happy-eyeballs-timeout-ms",
     "--address any tries a name's addresses 250 ms apart, and takes the first that is connected"},
    {"http-proxy socks5 socks4 socks5-hostname preproxy proxytunnel",
     "--proxy http://host:port asks a proxy of HTTP; there is no other kind"},
    {"noproxy", "a row with the column proxy says none where a proxy is not to be asked"},
    {"proxy-user proxy-basic proxy-header",
     "--proxy-auth takes a file or env:NAME, where nobody else sees what is in it"},
    {"abstract-unix-socket", "--unix-socket PATH sends requests to a socket that has a path"},
    {"user auth oauth2-bearer netrc basic digest negotiate ntlm",
     "--basic-auth and --bearer take a file or env:NAME, where nobody else sees what is in it"},
    {"cookie cookie-jar",
     "--header 'Cookie: name=value' sends one, --cookies those that redirects set"},
    {"silent no-output summary-only", "-q shows nothing but the summary"},
    {"shards max-targets slice", "--shard I/N probes one of N parts of the targets"},
    {"top-ports port-ratio exclude-ports",
     "there is no list of common ports: --tcp 22,80,443 names them"},
});

}  // namespace

std::span<const foreign_option> foreign_options_of_sweep() { return known; }

}  // namespace muster
