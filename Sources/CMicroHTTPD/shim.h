#include <microhttpd.h>

// Functions with variable arguments are not visible in Swift; these are the few calls of them that are needed.

typedef void *(*circadian_target_callback)(void *context, const char *target, struct MHD_Connection *connection);

static inline struct MHD_Daemon *circadian_start_daemon(
    int is_ipv6, int listening_socket, unsigned int connection_limit, size_t memory_limit,
    MHD_NotifyConnectionCallback connection_changed, circadian_target_callback target_arrived,
    MHD_AccessHandlerCallback request_advanced, MHD_RequestCompletedCallback request_ended, void *context) {
  return MHD_start_daemon(
      MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | (is_ipv6 ? MHD_USE_IPv6 : 0), 0, NULL, NULL, request_advanced, context,
      MHD_OPTION_LISTEN_SOCKET, (MHD_socket)listening_socket,
      MHD_OPTION_CONNECTION_LIMIT, connection_limit,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory_limit,
      // Strictness is ours: where the library refuses headers itself, 0.9.75 sends its own answer's headers twice.
      MHD_OPTION_STRICT_FOR_CLIENT, 0,
      MHD_OPTION_NOTIFY_CONNECTION, connection_changed, context,
      MHD_OPTION_URI_LOG_CALLBACK, target_arrived, context,
      MHD_OPTION_NOTIFY_COMPLETED, request_ended, context,
      MHD_OPTION_END);
}

static inline int circadian_connection_socket(struct MHD_Connection *connection) {
  return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

static inline const struct sockaddr *circadian_connection_address(struct MHD_Connection *connection) {
  return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
}

static inline void *circadian_connection_context(struct MHD_Connection *connection) {
  return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

/// From the method's first byte to behind the empty line, 0 where that has not come.
static inline size_t circadian_header_size(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
  return info ? info->header_size : 0;
}

static inline void circadian_leave_out_chunks(struct MHD_Response *response) {
  MHD_set_response_options(response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
}
