"""The servers which tests need: those that are there already, or ones started for the tests.

A server is looked for at the address in an environment variable, then on its default port
of 127.0.0.1, and is then started from the installed binaries, with a temporary folder and
free ports of its own.
"""

import atexit
import email.message
import email.parser
import email.policy
import os
import pwd
import random
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import kombu.connection
import mirakuru.base
import psycopg
import redis
from mirakuru.exceptions import ExecutorError, ProcessExitedWithError

HOST = "127.0.0.1"
PROBE_TIMEOUT = 2
START_TIMEOUT = 60
CONTROL_WITHIN_S = 30
SHORT_OF_MEMORY = ("set_vm_memory_high_watermark", "absolute", "1")
ENOUGH_MEMORY = ("set_vm_memory_high_watermark", "0.4")
RABBITMQ_SCRIPTS = Path("/usr/lib/rabbitmq/bin")

# It looks for its process id as a mere part of other processes' marks, and so would end the
# servers of a test session running beside this one. Server.close() does this work here.
atexit.unregister(mirakuru.base.cleanup_subprocesses)

# Below the ports which the kernel gives to clients: while a server is stopped, a client of it
# must not be given its port (or, calling it, be connected to itself).
_ports = iter(random.SystemRandom().sample(range(20000, 32000), 12000))


_our_own: set[str] = set()


class Unavailable(Exception):
    """A server was neither found nor could be started; the message says what to do."""


class Server:
    """A server of our own. Its address and its data outlive stop(), but not close()."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.folder = Path(tempfile.mkdtemp(prefix="firststep-tests-"))
        self._log = (self.folder / "output.log").open("a+")
        self._processes: list[_Process] = []
        _our_own.add(url)
        atexit.register(self.close)

    def add(self, command: list[str], probe: Callable[[], object], **options: Any) -> None:
        """Name a process of this server, to be started after those named before."""
        options |= {"cwd": str(self.folder), "stdout": self._log, "stderr": self._log}
        self._processes.append(_Process(command, probe, timeout=START_TIMEOUT, **options))

    def start(self) -> None:
        """Return when the server is answering."""
        try:
            for process in self._processes:
                process.start()
        except ExecutorError as error:
            self.stop()
            self._log.seek(0)
            raise Unavailable(f"{error}\n{self._log.read()[-2000:]}") from error

    @property
    def pid(self) -> int:
        """Of the process that was named last, and has started."""
        pid: int = self._processes[-1].process.pid
        return pid

    def stop(self) -> None:
        """Return when the server's processes have ended."""
        for process in reversed(self._processes):
            with suppress(ExecutorError):  # it ended with an unusual exit code
                process.stop()

    def close(self) -> None:
        """Stop the server for good and remove its data."""
        atexit.unregister(self.close)
        self.stop()
        self._log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class RabbitServer(Server):
    """A broker that can be told what to do."""

    environment: dict[str, str]

    def control(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run ``rabbitmqctl``; the wrapper on PATH is for two users only."""
        script = _binary("rabbitmqctl", "FIRSTSTEP_TEST_BROKER", RABBITMQ_SCRIPTS)
        return subprocess.run(
            [script, "-q", "-n", self.environment["RABBITMQ_NODENAME"], *arguments],
            # without its server it would start an epmd of its own, which nobody ends
            env={**os.environ, **self.environment, "ERL_AFLAGS": "-start_epmd false"},
            capture_output=True,
            text=True,
            timeout=CONTROL_WITHIN_S,
            check=False,
        )


class SmtpServer(Server):
    """A mail server which delivers nothing and keeps everything."""

    def messages(self) -> list[email.message.EmailMessage]:
        """Return what was sent so far, oldest first, with X-MailFrom and X-RcptTo added."""
        files = sorted((self.folder / "mail/new").iterdir(), key=lambda f: f.stat().st_mtime_ns)
        parser = email.parser.BytesParser(policy=email.policy.default)
        return [parser.parsebytes(file.read_bytes()) for file in files]


def is_our_own(url: str) -> bool:
    """Whether these tests started the server at this address, and will remove it."""
    return url in _our_own


@contextmanager
def rabbitmq() -> Iterator[str]:
    """Yield the amqp:// URL of a broker."""
    url = _found("FIRSTSTEP_TEST_BROKER", f"amqp://guest:guest@{HOST}:5672", _ask_rabbitmq)
    if url:
        yield url
        return
    with rabbitmq_of_our_own() as server:
        yield server.url


@contextmanager
def postgres() -> Iterator[str]:
    """Yield a postgresql+psycopg://user:password@host:port URL, without a database."""
    default = f"postgresql+psycopg://postgres:postgres@{HOST}:5432"
    url = _found("FIRSTSTEP_TEST_DATABASE", default, _ask_postgres)
    if url:
        yield f"postgresql+psycopg://{urlsplit(url).netloc}"
        return
    with postgres_of_our_own() as server:
        yield server.url


@contextmanager
def smtp() -> Iterator[SmtpServer]:
    """Yield a mail server of our own."""
    port = _free_port()
    with closing(SmtpServer(f"smtp://{HOST}:{port}")) as server:
        command = [sys.executable, "-m", "aiosmtpd", "-n", "-l", f"{HOST}:{port}"]
        command += ["-c", "aiosmtpd.handlers.Mailbox", str(server.folder / "mail")]
        server.add(command, lambda: smtplib.SMTP(HOST, port, timeout=PROBE_TIMEOUT).quit())
        server.start()
        yield server


@contextmanager
def smtp_with_tls(scheme: str, certificate: Path, user: str, password: str) -> Iterator[SmtpServer]:
    """Yield a mail server that lets this user in, over TLS (``smtps``) or after STARTTLS, and
    would take the password in clear as well."""
    port = _free_port()
    with closing(SmtpServer(f"{scheme}://{user}:{password}@{HOST}:{port}")) as server:
        command = [sys.executable, "-m", "tests.support.secure_smtp", HOST, str(port), scheme]
        command += [str(certificate), user, password, str(server.folder / "mail")]
        environment = {"PYTHONPATH": str(Path(__file__).parents[2])}
        server.add(
            command,
            lambda: socket.create_connection((HOST, port), PROBE_TIMEOUT).close(),
            envvars=environment,
        )
        server.start()
        yield server


@contextmanager
def limits() -> Iterator[str]:
    """Yield the redis:// URL of a server that counts."""
    url = _found("FIRSTSTEP_TEST_LIMITS", f"redis://{HOST}:6379/0", _ask_redis)
    if url:
        yield url
        return
    with redis_of_our_own() as server:
        yield server.url


@contextmanager
def rabbitmq_of_our_own() -> Iterator[RabbitServer]:
    """Yield a broker which the test may stop and start."""
    # Debian's wrapper on PATH runs for two users only, the script itself for anybody.
    script = _binary("rabbitmq-server", "FIRSTSTEP_TEST_BROKER", RABBITMQ_SCRIPTS)
    epmd = _binary("epmd", "FIRSTSTEP_TEST_BROKER")
    port, epmd_port, dist_port = _free_port(), _free_port(), _free_port()
    with closing(RabbitServer(f"amqp://guest:guest@{HOST}:{port}")) as server:
        paths = ["ADVANCED_CONFIG_FILE", "CONFIG_FILE", "CONFIG_FILES", "CONF_ENV_FILE"]
        paths += ["ENABLED_PLUGINS_FILE", "LOG_BASE", "MNESIA_BASE", "PID_FILE"]
        env = {f"RABBITMQ_{name}": str(server.folder / name.lower()) for name in paths} | {
            "HOME": str(server.folder),  # of the Erlang cookie
            "ERL_EPMD_ADDRESS": HOST,
            "ERL_EPMD_PORT": str(epmd_port),
            "RABBITMQ_DEFAULT_PASS": "guest",
            "RABBITMQ_DEFAULT_USER": "guest",
            "RABBITMQ_DIST_PORT": str(dist_port),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_NODENAME": f"firststep-{port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": HOST,
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "-start_epmd false -kernel inet_dist_use_interface {127,0,0,1}"
            ),
        }
        server.environment = env
        # Erlang would start this one as a daemon, which stays when the broker ends.
        server.add([epmd], lambda: socket.create_connection((HOST, epmd_port)).close(), envvars=env)
        server.add([script], lambda: _ask_rabbitmq(server.url), envvars=env)
        server.start()
        yield server


@contextmanager
def postgres_of_our_own(durable: bool = False) -> Iterator[Server]:
    """Yield a database server which the test may stop and start.

    Unless it is ``durable``, it does not wait for the disk: what it keeps survives its own end,
    but not the machine's.
    """
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda f: int(f.parent.name))
    binary = _binary("postgres", "FIRSTSTEP_TEST_DATABASE", *reversed(folders))
    port = _free_port()
    with closing(Server(f"postgresql+psycopg://postgres:postgres@{HOST}:{port}")) as server:
        data, password = f"{server.folder}/data", server.folder / "password"
        password.write_text("postgres")
        as_user = _unprivileged(server.folder, password)
        initdb = [*as_user, str(Path(binary).with_name("initdb")), "-D", data, "-U", "postgres"]
        initdb += ["--auth=scram-sha-256", f"--pwfile={password}", "--no-sync"]
        initdb += ["--encoding=UTF8", "--locale=C.UTF-8"]
        try:
            subprocess.run(initdb, check=True, cwd=server.folder, capture_output=True, text=True)
        except subprocess.CalledProcessError as error:
            raise Unavailable(f"initdb failed: {error.stderr}") from error
        command = [*as_user, binary, "-D", data, "-h", HOST, "-p", str(port)]
        command += ["-k", str(server.folder), "-c", "max_connections=300"]
        if not durable:
            command += ["-c", "fsync=off", "-c", "full_page_writes=off"]
        # SIGINT ends the sessions of clients which are still connected; SIGTERM awaits them.
        server.add(command, lambda: _ask_postgres(server.url), stop_signal=signal.SIGINT)
        server.start()
        yield server


@contextmanager
def redis_of_our_own() -> Iterator[Server]:
    """Yield a Redis server which the test may stop and start; it keeps nothing."""
    binary = _binary("redis-server", "FIRSTSTEP_TEST_LIMITS")
    port = _free_port()
    with closing(Server(f"redis://{HOST}:{port}/0")) as server:
        command = [binary, "--bind", HOST, "--port", str(port), "--save", "", "--appendonly", "no"]
        server.add(command, lambda: _ask_redis(server.url))
        server.start()
        yield server


class _Process(mirakuru.base.Executor):
    """A process which has started when its probe no longer raises."""

    def __init__(self, command: list[str], probe: Callable[[], object], **options: Any) -> None:
        super().__init__(command, **options)
        self._probe = probe

    def pre_start_check(self) -> bool:
        try:
            self._probe()
        except Exception:
            return False
        return True

    def after_start_check(self) -> bool:
        if not self.running():  # rabbitmq-server exits with 0 when its broker has failed
            raise ProcessExitedWithError(self, 0)
        return self.pre_start_check()


def _found(variable: str, default: str, probe: Callable[[str], None]) -> str | None:
    url = os.environ.get(variable)
    try:
        probe(url or default)
    except Exception as error:
        if url:
            raise Unavailable(f"no usable server at the address in {variable}: {error}") from error
        return None
    return url or default


def _ask_rabbitmq(url: str) -> None:
    connect: Any = kombu.connection.Connection  # which has no types
    with connect(url, connect_timeout=PROBE_TIMEOUT) as connection:
        connection.transport.establish_connection().close()


def _ask_postgres(url: str) -> None:
    address = f"postgresql://{urlsplit(url).netloc}/postgres"
    psycopg.connect(address, connect_timeout=PROBE_TIMEOUT).close()


def _ask_redis(url: str) -> None:
    with redis.Redis.from_url(url, socket_timeout=PROBE_TIMEOUT) as client:
        client.ping()


def _binary(name: str, variable: str, *folders: Path) -> str:
    path = os.pathsep.join([*map(str, folders), os.environ.get("PATH", os.defpath)])
    found = shutil.which(name, path=path)
    if not found:
        raise Unavailable(
            f"nothing answers on the default port of {HOST} and no {name} is installed:"
            f" run tests/install_servers.sh, or set {variable} to the URL of a server"
        )
    return found


def _free_port() -> int:
    for port in _ports:
        with socket.socket() as candidate:
            try:
                candidate.bind((HOST, port))
            except OSError:
                continue
            return port
    raise Unavailable("no free port between 20000 and 32000")


def _unprivileged(*paths: Path) -> list[str]:
    """Return what to put before a command which refuses to run as root, and hand over paths."""
    if os.geteuid():
        return []
    users = {user.pw_name: user for user in pwd.getpwall()}
    user = users.get("postgres") or users["nobody"]
    for path in paths:
        os.chown(path, user.pw_uid, user.pw_gid)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
