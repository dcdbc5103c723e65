PRAGMA application_id = 1465079120;
CREATE TABLE worker_registry (
    account_id NOT NULL PRIMARY KEY CHECK (typeof(account_id) IN ('integer', 'text')),
    epoch INTEGER NOT NULL,
    version INTEGER NOT NULL,
    worker_id TEXT NOT NULL,
    node TEXT NOT NULL,
    state TEXT NOT NULL,
    desired TEXT NOT NULL,
    pid INTEGER,
    started_at TEXT NOT NULL,
    user_id TEXT,
    spec_version TEXT,
    detail TEXT NOT NULL
) WITHOUT ROWID
;
INSERT INTO worker_registry VALUES(5,1,6,'01m8nfjrqmxdt025eabpgwh7a7','c346d86e-654c-4397-a934-ce8af1f28bd8','STOPPED','STOPPED',NULL,'2026-11-30T05:41:56.596Z',NULL,'2','{"identity":{"pid":19493,"ticks":664345,"millis":0,"boot":"acf47fc7-cf4d-4158-b15b-97c639437740","pid_ns":"pid:[4026531836]","time_ns":"time:[4026531834]"},"actor":{"pid":19495,"ticks":664416,"millis":0,"boot":"acf47fc7-cf4d-4158-b15b-97c639437740","pid_ns":"pid:[4026531836]","time_ns":"time:[4026531834]","host":"0232af58-1d33-4132-af5d-d0c12ec65138"},"holds_lock":true,"born_after":664340,"grace_ms":10000,"start_grace_ms":500,"log":"worker_5_01m8nfjrqmxdt025eabpgwh7a7.log","oom":{"machine":0,"group":0,"file":"/sys/fs/cgroup/memory/process_api/892c75525537ededdcd07833f6c5c96c/memory.oom_control"},"stop_at":1796017320379,"stop_why":"PERSON","term_at":1796017320527}');
INSERT INTO worker_registry VALUES(4711,1,3,'01m8nfjgh5n1z9ppvakn7q0wfq','c346d86e-654c-4397-a934-ce8af1f28bd8','RUNNING','RUN',19391,'2026-11-30T05:41:48.197Z','user-a','1.2','{"identity":{"pid":19391,"ticks":663514,"millis":0,"boot":"acf47fc7-cf4d-4158-b15b-97c639437740","pid_ns":"pid:[4026531836]","time_ns":"time:[4026531834]"},"actor":{"pid":19358,"ticks":663100,"millis":0,"boot":"acf47fc7-cf4d-4158-b15b-97c639437740","pid_ns":"pid:[4026531836]","time_ns":"time:[4026531834]","host":"cf2aff70-95bd-4852-877e-37fbc824075b"},"holds_lock":true,"born_after":663501,"grace_ms":10000,"start_grace_ms":500,"log":"worker_4711_01m8nfjgh5n1z9ppvakn7q0wfq.log","oom":{"machine":0,"group":0,"file":"/sys/fs/cgroup/memory/process_api/892c75525537ededdcd07833f6c5c96c/memory.oom_control"}}');
INSERT INTO worker_registry VALUES('bot-a',1,3,'01m8nfjm58q6dp2zf2n2t4q3qp','c346d86e-654c-4397-a934-ce8af1f28bd8','RUNNING','RUN',19418,'2026-11-30T05:41:51.912Z',NULL,NULL,'{"identity":{"pid":19418,"ticks":663878,"millis":0,"boot":"acf47fc7-cf4d-4158-b15b-97c639437740","pid_ns":"pid:[4026531836]","time_ns":"time:[4026531834]"},"actor":{"pid":19393,"ticks":663587,"millis":0,"boot":"acf47fc7-cf4d-4158-b15b-97c639437740","pid_ns":"pid:[4026531836]","time_ns":"time:[4026531834]","host":"29ab1ecf-b928-4ea8-9285-1195527877ec"},"holds_lock":true,"born_after":663870,"grace_ms":10000,"start_grace_ms":500,"log":"worker_bot-a_01m8nfjm58q6dp2zf2n2t4q3qp.log","oom":{"machine":0,"group":0,"file":"/sys/fs/cgroup/memory/process_api/892c75525537ededdcd07833f6c5c96c/memory.oom_control"}}');
CREATE TABLE worker_stops (
    worker_id TEXT NOT NULL PRIMARY KEY,
    account_id NOT NULL CHECK (typeof(account_id) IN ('integer', 'text')),
    ended_at TEXT NOT NULL,
    report TEXT NOT NULL
);
INSERT INTO worker_stops VALUES('01m8nfjrqmxdt025eabpgwh7a7',5,'2026-11-30T05:42:00.622Z','{"account":5,"worker_id":"01m8nfjrqmxdt025eabpgwh7a7","epoch":1,"node":"c346d86e-654c-4397-a934-ce8af1f28bd8","spec_version":"2","started_at":"2026-11-30T05:41:56.596Z","ended_at":"2026-11-30T05:42:00.622Z","exit":{"signal":15},"usage":{"peak_bytes":1556480,"user_us":1528,"system_us":0},"initiator":"USER","reason":"STOPPED_ON_REQUEST","confidence":"CERTAIN","evidence":["stop was called at 2026-11-30T05:42:00.379Z","TERM sent to the group of pid 19493","pid 19493 does not exist, its lock is free","the launcher recorded signal 15 (TERM) at 2026-11-30T05:42:00.622Z","the last signal that a host sent it was 15 (TERM)"],"advice":"Nothing to do; start it when it shall run again."}');
CREATE TABLE worker_meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO worker_meta VALUES('min_reader','1');
INSERT INTO worker_meta VALUES('registry_id','sqlite-1ff728bb-fc04-42dd-bb49-228ad023fe87');
INSERT INTO worker_meta VALUES('schema','1');
CREATE INDEX worker_stops_newest ON worker_stops (account_id, worker_id);
