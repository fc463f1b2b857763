#pragma once

#include "core/object_pool.hpp"
#include "muster/probe/http.hpp"
#include "net/job.hpp"
#include "probe/http/http_connection.hpp"
#include "probe/http/page_reader.hpp"
#include "probe/prober.hpp"

#include <memory>
#include <string>

namespace muster {

/// What all HTTP probes of a run share: what they leave behind for the next ones.
struct http_shared {
  explicit http_shared(prober& all) : owner{all}, connections{all} {}

  prober& owner;
  object_pool<std::unique_ptr<http_details>> details;
  object_pool<std::unique_ptr<page_reader>> readers;
  object_pool<std::string> texts;
  kept_connections connections;
};

/// An HTTP exchange, with redirects.
job http_probe(job_scope&, http_shared& shared, probe_request request);

}  // namespace muster
