#pragma once

#include "lazy/libcrypto.hpp"
#include "lazy/libssl.hpp"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

// What the codecs call of OpenSSL, which takes longer to load than all else of muster together. Its
// macros and its typed stacks call these, too. A call of any other function would not be linked.
namespace muster::codec {

// NOLINTBEGIN(readability-identifier-naming)
MUSTER_LAZY_FUNCTION(lazy::libcrypto, ASN1_STRING_get0_data);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, ASN1_STRING_length);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, ASN1_TIME_to_tm);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, BIO_ctrl);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, BIO_free);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, BIO_free_all);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, BIO_new);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, BIO_read);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, BIO_s_mem);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, BIO_write);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, ERR_clear_error);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, ERR_peek_error);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, ERR_peek_last_error);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, ERR_reason_error_string);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, EVP_Digest);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, EVP_EncodeBlock);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, EVP_PKEY_get0_type_name);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, EVP_PKEY_get_bits);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, EVP_sha1);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, EVP_sha256);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, GENERAL_NAMES_free);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, OCSP_BASICRESP_free);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, OCSP_CERTID_free);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, OCSP_RESPONSE_free);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, OCSP_basic_verify);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, OCSP_cert_to_id);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, OCSP_check_validity);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, OCSP_resp_find_status);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, OCSP_response_get1_basic);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, OPENSSL_sk_num);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, OPENSSL_sk_value);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, X509_NAME_print_ex);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, X509_STORE_CTX_get_error);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, X509_STORE_CTX_get_ex_data);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, X509_VERIFY_PARAM_set1_host);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, X509_VERIFY_PARAM_set1_ip_asc);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, X509_digest);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, X509_get0_notAfter);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, X509_get0_notBefore);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, X509_get0_pubkey);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, X509_get0_serialNumber);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, X509_get_ext_d2i);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, X509_get_issuer_name);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, X509_get_subject_name);
MUSTER_LAZY_FUNCTION(lazy::libcrypto, d2i_OCSP_RESPONSE);

MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_CIPHER_get_name);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_CIPHER_standard_name);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_CTX_ctrl);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_CTX_free);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_CTX_get_cert_store);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_CTX_load_verify_file);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_CTX_new);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_CTX_set_cipher_list);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_CTX_set_default_passwd_cb);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_CTX_set_default_verify_paths);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_CTX_set_options);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_CTX_use_PrivateKey_file);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_CTX_use_certificate_chain_file);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_ctrl);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_do_handshake);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_free);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_get0_alpn_selected);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_get0_param);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_get0_peer_certificate);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_get0_verified_chain);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_get_current_cipher);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_get_error);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_get_ex_data);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_get_ex_data_X509_STORE_CTX_idx);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_get_peer_cert_chain);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_get_rbio);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_get_version);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_get_wbio);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_new);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_read_ex);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_set_alpn_protos);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_set_bio);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_set_connect_state);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_set_ex_data);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_set_verify);
MUSTER_LAZY_FUNCTION(lazy::libssl, SSL_write_ex);
MUSTER_LAZY_FUNCTION(lazy::libssl, TLS_client_method);
// NOLINTEND(readability-identifier-naming)

}  // namespace muster::codec
