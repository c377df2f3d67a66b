#!/bin/sh
# Finds the servers, the browser, npm and wrk, which the tests need. As root on Debian, installs what is
# missing; elsewhere says what is missing, and the tests which need it are skipped.

found() {
    for candidate in "$@"; do
        command -v "$candidate" >/dev/null 2>&1 && return 0
    done
    return 1
}

missing() {
    found /usr/lib/rabbitmq/bin/rabbitmq-server rabbitmq-server || echo rabbitmq-server
    found /usr/lib/postgresql/*/bin/postgres postgres || echo postgresql
    found /usr/bin/chromium chromium google-chrome || echo chromium
    found redis-server || echo redis-server
    found npm || echo npm
    found wrk || echo wrk
}

packages=$(missing)
if [ -n "$packages" ] && [ "$(id -u)" = 0 ] && found apt-get; then
    # A package whose service can't be started here counts as failed, but its files are there.
    apt-get update -q
    # shellcheck disable=SC2086  # one argument for each package
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $packages
    packages=$(missing)
fi
if [ -n "$packages" ]; then
    # shellcheck disable=SC2086
    echo "not installed, so tests which need it are skipped:" $packages
fi
exit 0
