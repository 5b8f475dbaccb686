-- Runs once on an empty volume: a database for each service that no other service's role can open.
\getenv scheduling_password SCHEDULING_DATABASE_PASSWORD
\getenv payouts_password PAYOUTS_DATABASE_PASSWORD

create role scheduling login password :'scheduling_password';
create database scheduling owner scheduling;
revoke connect, temporary on database scheduling from public;

create role payouts login password :'payouts_password';
create database payouts owner payouts;
revoke connect, temporary on database payouts from public;
