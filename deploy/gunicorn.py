"""How gunicorn serves the portal; WEB_CONCURRENCY sets the number of its workers."""

bind = "0.0.0.0:8000"  # noqa: S104 - inside the container; nginx is what the outside sees
worker_class = "sync"
worker_tmp_dir = "/dev/shm"  # noqa: S108 - the heartbeat file belongs in memory
timeout = 60
graceful_timeout = 30
keepalive = 5
max_requests = 5000
max_requests_jitter = 500
preload_app = True
control_socket_disable = True
