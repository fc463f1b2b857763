#pragma once

#include "codec/resolv_conf.hpp"
#include "muster/resolver.hpp"
#include "net/dns_channel.hpp"

#include <string>

namespace muster {

/// Checks the options, and takes from them what the channel needs to know; without servers where
/// those of resolv.conf are to be asked. Throws std::invalid_argument, naming the server or the
/// option that makes no sense.
dns_channel_options channel_options(const resolver_options& options);

/// Reads resolv.conf and what the environment adds to it, into what was taken from the options.
/// `none`, or `too_many_open_files` when it can't be read now; a file that is not there says
/// nothing, and this machine is asked.
reason read_dns_config(const std::string& path, dns_channel_options& channel,
                       codec::resolv_conf& conf);

}  // namespace muster
